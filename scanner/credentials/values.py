"""What the value of a credential's key is: a placeholder, a well-known default, a reference or a secret."""

from __future__ import annotations

import base64
import re
from functools import cache
from itertools import pairwise

from scanner.credentials.tokens import is_void_token
from scanner.late import regex

_OWN_WORD = (
    r"(?:(?:dein|mein|ihr|euer)e?[nrms]?|tu|su|mi|votre|vos|ton|mon|sua?|seu|tua|teu|minha|meu|la[-_ ]tua|uw|jouw|mijn"
    r"|ditt?|din|mitt|twoj?e|twój|moje|tvoje|vaše|ваш|твой|мой)"
)
"""Your or my, in other languages than English."""
_FOREIGN_NOUNS = (
    r"(?:passwort|kennwort|schlüssel|schluessel|geheimnis|clave|contraseña|contrasena|contrasenya|llave|secreto"
    r"|mot[-_ ]?de[-_ ]?passe|cl[ée]|jeton|senha|chave|segredo|parola|chiave|segreto|wachtwoord|sleutel|geheim|lösenord"
    r"|losenord|nyckel|passord|adgangskode|hasło|haslo|klucz|heslo|пароль|ключ|токен)"
)
_PREFIX = r"(?:(?:sk|pk|rk|gh[a-z]|glpat|xox[a-z]|hf|npm|gsk|key|token)[-_](?:[a-z]{2,5}[-_]){0,2})?"
"""What begins a token, before words that stand in for the rest."""
_BLANK = (
    r"[$%#]?\{|[$]\(|%\(|\[\[|[$]{1,2}[A-Za-z_]\w*[\"']?$|%\w+%$|@\w+@$|__\w+__$",  # filled in later
    r"(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?:,[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)*$)",  # names of variables
    r"(?:[$](?:\w+|\{[^{}]*\})[/\\@:.,_-]{0,3}){1,9}$|\^[a-z]+\^",  # nothing but variables
    r"['\"]\)*[ +](?:or|and|union)\b",  # an injection of SQL
    r"<|\W*$|(.)\1*$|x[x-]*$|[*•.]{3}",  # to be filled in, or masked
    r"(?:/|\.{1,2}/|~/|[a-z]:[/\\])[\w.@/\\ -]*$|[a-z][a-z0-9+.-]{1,20}://[^@]*$",
    r"(?:file|env|raw|ref|base64|literal):",  # elsewhere
    (
        r"(?:[A-Za-z_]{1,20}\()?['\"`(]*(?:op (?:read|item)|(?:vault|bao) (?:kv|read)|aws (?:secretsmanager|ssm) get-"
        r"|gcloud secrets|az keyvault|pass show|gopass |bw get|lpass show|security find-|doppler secrets|infisical "
        r"|chamber |sops |keyring get|kubectl get secret|secret-tool lookup)"
    ),  # what a secret manager gives
    r"(?-i:FUZ\d{0,2}Z$)",  # where ffuf and wfuzz put a word of their list
    r"id=[\w.-]+(?:,(?:src|source|env|type|target|dst|mode|required|uid|gid)=[^,\s]*)*$",  # a secret of BuildKit
    r"(?:vault|arn|op|gcp\w*|aws\w*|azure\w*|keyvault|ssm|secretsmanager|doppler|bao|sops|akv|awssm|awsps)[:+]|projects/",
    r"enc[\[(]|\{cipher\}|[$]ansible_vault|(?-i:Ag[AB][A-Za-z0-9+/=]{100})",  # encrypted
    r"[$]\w{1,12}[$]|\{(?:s?sha|s?md5|crypt|pbkdf2|bcrypt)\w*\}|sha\d+[:-]|scram-sha",  # hashed
    r"[\w./-]+:latest$",  # a secret by its name and version, as in `--set-secrets KEY=name:latest`
    r"pbkdf2|md5[0-9a-f]{32}$|-----BEGIN (?:CERT|PUBLIC|[A-Z]+ PUBLIC)|ssh-",
    r"(?:true|false|yes|no|y|n|on|off|none|null|nil|undefined|enabled?|disabled?|required?|optional|auto|always)$",
    r"(?:never|unset|empty|compat|files|str|string|bearer|basic|plain|prompt|n/a)$",
    r"required?[-_ ][a-z_ -]+$|your[a-z]+here$|(?:vault|secret|credential)[-_]?ref(?:erence)?$",
    r"(?:not|no)[-_ ](?:used|needed|required|necessary|set|applicable|key|auth|token|api)(?:[-_ ]|$)|unused(?:[-_ ]|$)",
    r"[-+]?[\d.,:_]+(?:[a-z]{1,2})?$",  # numbers, sizes, durations
    _PREFIX + _OWN_WORD + r"(?:[-_ ]?" + _FOREIGN_NOUNS + r"|[-_ ](?:api[-_ ]?)?(?:token|api|key|secret|password))",
    _PREFIX + r"(?-i:[A-Z]{2,}(?:_[A-Z]{2,})+$)",
    (
        r"(?:cambiar?|modificar|remplacer|changer|ersetzen?|ändern|aendern|hier|trocar|mudar|altere|substitu[aiy]r?|wijzig"
        r"|vervang|zmień|zmien)[-_ ]|cambi[ae]m[ei]|(?:sostituisci|inserisci|замени|измени|сюда|введите)"
    ),
    _PREFIX + r"[你您请請改换換填輸输密替]|あなた|パスワード|ここに|変更|비밀번호|여기에|변경",
    (
        r"(?:[\w.-]*\.)?(?:env|environ|secrets?|values|config|settings|credentials|process|self|this|params|vars?|data)\."
        r"[A-Za-z_]"
    ),  # code
)
"""Beginnings of values that hold no credential, whatever their name; `$` ends a value that must be the whole."""
_ASKING = regex(
    r"(?i)(?:your|my-?own|todo|tbd|fixme|redacted|removed|masked|hidden|placeholder|dummy|sample|fake|insert|enter|replace"
    r"|fill|put|set|generate|paste|provide|specify|see|use|the|some|any|same|stored|managed|random|update)"
    r"(?:[-_ .]|me|your|this|with|$)"
)
"""How a value begins that asks for another one."""
_BLANK_WORDS = (
    *("example", "placeholder", "redacted", "replaceme", "replace-me", "replace_me", "replacewith", "replacethis"),
    *("your-", "your_", "your ", "goes-here", "goes_here", "goeshere", "not-real", "notreal", "not-a-real", "dummy"),
    *("fake-", "-fake", "fake_", "_fake"),
    *("xxxx", "***", "$(", "${", "{{", "{%", "%env"),
)
"""What a value holds nowhere that is a credential, in small letters."""
_CALLED = regex(r"(?:[a-z]{1,20}[-_ ]){1,8}(?:passwords?|passwd|pass|passphrase|secrets?|tokens?|keys?|credentials?)")
_REPLACED = regex(
    r"chang|replac|your|insert|enter|\bput\b|fill|here\b|todo|must|please|should|example|placeholder|sample|dummy|fake"
)
"""Words in a default password that ask for another one."""
_BLANK_ENDS = ("-here", "_here", " here", "...")
_BRACKETED = regex(r"<[A-Za-z][\w .:-]{0,80}>")
_SHORT = 8
_SENTENCE = 4
"""Words from which a value is prose."""
_WORDS_OF_DEFAULTS = """
admin administrator root toor pass passw0rd password p@ssw0rd pa55w0rd pw passwd secret topsecret supersecret
changeme changeit change letmein welcome qwerty test testing guest user default demo temp temporary master
postgres postgresql mysql mariadb mongo mongodb redis rabbitmq rabbit minio minioadmin elastic elasticsearch
grafana prom-operator vagrant oracle sa tomcat jenkins sonar sonarqube keycloak neo4j cassandra wordpress drupal
joomla nexus nextcloud gitea gitlab harbor harbor12345 rancher airflow superset metabase kibana zabbix nagios ldap
influxdb clickhouse couchdb couchbase kafka nats artemis activemq foo bar foobar baz hunter abc abcdef app web db
hello hunter2 dragon monkey passwort kennwort clave contraseña contrasena senha wachtwoord parola motdepasse haslo heslo
пароль public private community system manager operator service example database sql
docker replicator anonymous attack attacker evil hacker hacked pwned victim
"""
_DEFAULTS = frozenset(_WORDS_OF_DEFAULTS.split())
_DEFAULT_SHAPE = regex(
    r"(?:your|my|the|some|super|top|very|test|demo|dev|admin|root|user|db|default|secret|secure|strong|initial|new"
    r"|postgres|mysql|redis|mongo|app|attack|attacker|evil|hacked|hacker|pwned|victim)"
    r"[-_ ]?(?:password|passwd|pass|pwd|secret|pw|user)"
    r"|(?:[a-z0-9]{1,20}[-_]){0,3}change[-_]?(?:me|it|this)(?:[-_][a-z0-9]{1,20}){0,4}"
    r"|change[-_](?:[a-z]{1,12}[-_]){0,2}(?:password|passwd|pass|pwd|secret|key|token)"
    r"|(?:mude|altere|troque|cambia|cambie)[-_]est[ae](?:[-_][a-z0-9]{1,20}){0,4}"
)
NUMBERS = frozenset({"1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "111111", "000000"})
_WORDS_OF_NOUNS = """
my your our the a an some any this that is in at of for to and not very long super strong really secure insecure
unsafe secret secrets password passwd passphrase pass pwd pw token tokens key keys api access auth client private
public signing encryption credential credentials jwt session cookie webhook admin user root test testing demo dev
local default value string here change changeme me it please must should be now random db database app service
account name id data random bytes characters chars least alphanumeric hex base64
mock prod production staging personal response responses
"""
_NOUNS = frozenset(_WORDS_OF_NOUNS.split())
"""Words of which a placeholder for a secret is made: `my-api-key`, `some_secret_token`."""
_SEQUENCES = ("xxxx", "your", "123456789", "987654321", "abcdefgh", "abc123abc123", "deadbeefdeadbeef")
_NUMBER = regex(r"\d+")
_REPEATED = regex(r"(.)\1{7}")
_WORDS = regex(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_PART = regex(r"[A-Za-z]+\d{0,4}|\d{1,8}|[a-z]\w{0,5}|[vV]\d[\w.]*")
_NAMED = regex(r"(?:(?:[A-Z]?[a-z]{1,24}\d{0,4}|\d{1,4})(?:[-_.=]{1,4}|$)){1,40}")
_REFERENCE = regex(
    r"[$%#]{0,2}(?:\{[^{}]*\}|\([^()]*\)|<[^<>]*>|\{\{[^{}]*\}\})|[$]{1,2}[A-Za-z_]\w*|%\w+%|[*•]{3,}\d*"
)
_HEAD = 80
"""Characters of base64 that hold the first line of a key."""
_BREAKS = regex(r"\s+|\\+[nr]")
"""Ends of lines and what they are indented by, written out or escaped."""
_SAMPLES = ("example", "placeholder", "redacted", "dummy", "exposed", "leaked", "compromised", "....", "****")
_TOKEN = 200
"""Characters of the longest token of one piece; what is longer is a key or a set of claims."""
_LONGEST = 4000
"""Characters of a value beyond which it is a text and no password."""


@cache
def _blank() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _BLANK), re.IGNORECASE)


def is_blank(value: str) -> bool:
    """Whether a value is a reference, a blank to be filled in, encrypted or hashed, a switch, a number, a path."""
    if len(value) > _LONGEST:
        return True
    folded = value.casefold()
    return (
        folded.endswith(_BLANK_ENDS)
        or any(word in folded for word in _BLANK_WORDS)
        or _blank().match(value) is not None
        or ((asking := _ASKING.match(value)) is not None and not _is_drawn(value[asking.end() :]))
        or (value.startswith("eyJ") and is_void_token(value))
        or ("<" in value and _BRACKETED.search(value) is not None)
        or len(value.split(None, _SENTENCE)) >= _SENTENCE
    )


def is_default(value: str) -> bool:
    """Whether a value is a password that everybody tries first: `admin`, `changeme`, `postgres123`."""
    plain = value.casefold()
    if plain in NUMBERS or plain in _DEFAULTS or plain.translate(_LEET) in _DEFAULTS:
        return True
    word = plain.rstrip("0123456789!@#._-")
    return word in _DEFAULTS or _DEFAULT_SHAPE.fullmatch(word) is not None


_LEET = str.maketrans("013457@$", "oleastas", "-_. !")


def is_called(value: str) -> bool:
    """Whether a value is what a credential is called rather than the credential: `git_password`."""
    return _CALLED.fullmatch(value) is not None


def is_placeholder(value: str) -> bool:
    """Whether a default password stands in for the one to be used: `changeme`, `your-password`."""
    return _REPLACED.search(value.casefold()) is not None


def is_nouns(value: str) -> bool:
    """Whether a value consists of words for credentials and nothing else: `my-secret-key`."""
    words = [word.casefold() for word in _WORDS.findall(value)]
    return bool(words) and all(word in _NOUNS or word.isdecimal() for word in words)


def is_sample(value: str) -> bool:
    """Whether a value in a credential's form is visibly made up: `ghp_xxxx…`, `AKIA…EXAMPLE`, a sequence."""
    folded = value.casefold()
    if any(word in folded for word in _SAMPLES):
        return True
    if len(value) > _TOKEN:  # by chance, a long one holds anything
        return False
    return (
        any(word in folded for word in _SEQUENCES)
        or _REPEATED.search(value) is not None
        or len(set(value)) < min(len(value), 12) // 2
    )


def is_pair(value: str) -> bool:
    """Whether a text in base64 decodes to `user:password` with both parts filled in."""
    try:
        user, sign, password = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode().partition(":")
    except ValueError:
        return False
    return bool(user and sign and user.isprintable() and password.isprintable()) and not is_blank(password)


def is_private(value: str) -> bool:
    """Whether a text is the base64 of a private key in PEM, and not of a certificate or a public key."""
    try:
        return b"PRIVATE KEY" in base64.b64decode(_BREAKS.sub("", value[: 2 * _HEAD])[:_HEAD])
    except ValueError:
        return False


def is_reference(value: str) -> bool:
    """Whether a text is nothing but a variable or a blank to be filled in: `${TOKEN}`, `$(TOKEN)`, `<token>`."""
    return _REFERENCE.fullmatch(value) is not None


def is_named(value: str) -> bool:
    """Whether a text consists of small or capitalised words and short numbers: `service-account-01`."""
    return _NAMED.fullmatch(value) is not None


def is_random(value: str) -> bool:
    """Whether a value looks drawn at random: no name, no words with numbers behind them."""
    if len(value) < _SHORT or len(value) > _LONGEST or any(character.isspace() for character in value):
        return False
    if is_sample(value):
        return False
    return any(not _PART.fullmatch(part) for part in re.split(r"[-_./:@=+]", value) if part) or _mixed(value)


def _is_drawn(value: str) -> bool:
    """Whether what stands behind a word such as `use-` is letters of both cases and digits, mixed as no word is."""
    if len(value) < _SHORT or not (value.isascii() and value.isalnum()) or value.islower() or value.isupper():
        return False
    return len(_NUMBER.findall(value)) > 1 and _mixed(value)


def _mixed(value: str) -> bool:
    """Whether small and capital letters and digits alternate more than in a name."""
    kinds = ["a" if sign.islower() else "A" if sign.isupper() else "0" for sign in value[:80] if sign.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    return len(set(kinds)) > 1 and changes * 5 > 2 * len(kinds)
