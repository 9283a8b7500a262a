r"""Forms that no single issuer gives out: keys in files, headers, URLs and the lines of password files.

Patterns begin behind what their middle consists of (`(?<![\w-])`), so that a long hostile run is tried once and not
from each of its characters.
"""

from __future__ import annotations

from scanner.credentials.form import END, START, shape

_PEM = "https://www.rfc-editor.org/rfc/rfc7468"
_BREAK = r"(?:\s|\\{1,4}[nr]|[ >|#*])"
_BEGIN_PRIVATE = "-----BEGIN " + "PRIVATE KEY-----"
_USER_AND_WORD = r"(?<=://)[^/\s:@\"'<>]{0,100}:(?P<secret>[^/\s@\"'<>]{1,300})@(?=[\w\[$({%.-])"
_NAMES_IN_URLS = (
    "(?:api_?key|key|access_?token|auth_?token|token|auth|client_?secret|secret|password|passwd|pwd|signature"
    "|x-amz-signature|x-goog-signature|x-amz-security-token|code|apikey|hapikey|appid|subscription-key)"
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

FORMS = (
    shape(
        "private-key",
        "a private key",
        ("PRIVATE KEY",),
        r"-----BEGIN (?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?P<secret>{_BREAK}{{0,40}}"
        r"(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[^\n\\]{0,80}"
        rf"{_BREAK}{{1,40}}){{0,4}}[A-Za-z0-9+/]{{16}}"
        rf"(?:[A-Za-z0-9+/=]|{_BREAK}){{8,20000}})",
        _BEGIN_PRIVATE + "\n<64b>\n<64b>\n",
        _BEGIN_PRIVATE + "\n(your key)\n",
        _PEM,
    ),
    shape(
        "private-key-in-base64",
        "a private key",
        ("LS0tLS1CRUdJT",),
        r"LS0tLS1CRUdJT[A-Za-z0-9+/=]{20,20000}(?:(?:\s|\\{1,4}[nr]){1,40}[A-Za-z0-9+/=]{40,20000}){0,400}",
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk<80b>",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk<80b>",
        _PEM,
    ),
    shape(
        "putty-private-key",
        "a private key",
        ("Private-Lines:",),
        rf"Private-Lines: ?\d{{1,4}}(?P<secret>{_BREAK}{{1,20}}[A-Za-z0-9+/=]{{16}}"
        rf"(?:Private-(?:MAC|Hash):|(?!Private-)[A-Za-z0-9+/=]|{_BREAK}){{8,20000}})",
        "Private-Lines: 2\n<64b>\n<64b>\nPrivate-MAC: <40x>\n",
        "Private-Lines: 0\n",
        "https://the.earth.li/~sgtatham/putty/0.83/htmldoc/AppendixC.html",
    ),
    shape(
        "url-with-password",
        "a URL with a password",
        ("://",),
        _USER_AND_WORD,
        "postgres://app:<12>@db:5432/shop",
        "https://user@shop.test/path",
        "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
    ),
    shape(
        "url-with-key",
        "a URL with a key",
        ("?", "&"),
        r"(?i)[?&;]" + _NAMES_IN_URLS + r"=(?P<secret>[\w.~%+/=-]{16,2000})",
        "https://maps.test/api?key=<32>",
        "https://shop.test/list?key=name-of-the-customer",
        "https://owasp.org/www-community/vulnerabilities/Information_exposure_through_query_strings_in_url",
    ),
    shape(
        "json-web-token",
        "a JSON web token",
        ("eyJ",),
        START + r"eyJ[\w-]{10,2000}\.(?:eyJ[\w-]{10,8000}\.[\w-]{0,1500}|(?:[\w-]{10,8000}\.|\.)[\w-]{10,8000}"
        r"\.[\w-]{10,8000}\.[\w-]{10,1500})",
        "eyJ<20w>.eyJ<60w>.<43w>",
        "eyJ<20w>.<8w>",
        "https://www.rfc-editor.org/rfc/rfc7519",
    ),
    shape(
        "slack-webhook",
        "a Slack webhook",
        ("hooks.slack.com/", "hooks.slack-gov.com/"),
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<secret>[\w/]{30,80})",
        "https://hooks.slack.com/services/T<8X>/B<8X>/<24>",
        "https://hooks.slack.com/services/",
        "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    ),
    shape(
        "discord-webhook",
        "a Discord webhook",
        ("/api/webhooks/",),
        r"discord(?:app)?\.com/api/webhooks/\d+/(?P<secret>[\w-]{60,80})",
        "https://discord.com/api/webhooks/<18d>/<68w>",
        "https://discord.com/api/webhooks/<18d>",
        "https://discord.com/developers/docs/resources/webhook",
    ),
    shape(
        "teams-webhook",
        "a Teams webhook",
        ("/webhookb2/", "/IncomingWebhook/"),
        rf"/(?:webhookb2|webhook)/(?P<secret>{_UUID}@[\w@/-]{{8,300}})",
        "https://shop.webhook.office.com/webhookb2/<8x>-<4x>-<4x>-<4x>-<12x>@<8x>-<4x>-<4x>-<4x>-<12x>/IncomingWebhook/<32x>/<8x>-<4x>-<4x>-<4x>-<12x>",
        "https://shop.webhook.office.com/webhookb2/name",
        "https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
    ),
    shape(
        "feishu-webhook",
        "a Feishu webhook",
        ("/bot/v2/hook/", "/bot/hook/"),
        r"/bot/(?:v2/)?hook/(?P<secret>[\w-]{30,40})",
        "https://open.feishu.cn/open-apis/bot/v2/hook/<8x>-<4x>-<4x>-<4x>-<12x>",
        "https://open.feishu.cn/open-apis/bot/v2/hook/name",
        "https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot",
    ),
    shape(
        "zapier-webhook",
        "a Zapier webhook",
        ("hooks.zapier.com/",),
        r"hooks\.zapier\.com/hooks/(?:catch|standard)/(?P<secret>\d{4,12}/\w{6,40})",
        "https://hooks.zapier.com/hooks/catch/<7d>/<12a>",
        "https://hooks.zapier.com/hooks/catch/",
        "https://help.zapier.com/hc/en-us/articles/8496288690317",
    ),
    shape(
        "mattermost-webhook",
        "a webhook",
        ("/hooks/",),
        r"/hooks/(?P<secret>[a-z0-9]{26}|[A-Za-z0-9]{17,24}/[A-Za-z0-9]{43,64})" + END,
        "https://chat.example.test/hooks/<26a>",
        "https://chat.example.test/hooks/deploy",
        "https://developers.mattermost.com/integrate/webhooks/incoming/",
    ),
    shape(
        "webex-webhook",
        "a Webex webhook",
        ("/webhooks/incoming/",),
        r"/webhooks/incoming/(?P<secret>[\w-]{40,120})",
        "https://webexapis.com/v1/webhooks/incoming/<80w>",
        "https://webexapis.com/v1/webhooks/incoming/name",
        "https://apphub.webex.com/applications/incoming-webhooks-cisco-systems-38054-23307-75252",
    ),
    shape(
        "ifttt-webhook",
        "an IFTTT webhook",
        ("maker.ifttt.com/",),
        r"maker\.ifttt\.com/(?:use/|trigger/[^/\s]{1,80}/(?:json/)?with/key/)(?P<secret>[\w-]{20,60})",
        "https://maker.ifttt.com/trigger/alarm/with/key/<43w>",
        "https://maker.ifttt.com/trigger/alarm",
        "https://ifttt.com/maker_webhooks",
    ),
    shape(
        "registry-credentials",
        "registry credentials",
        ('"auth', '"identitytoken'),
        r'\\{0,3}"(?:auth|identitytoken)\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"(?P<secret>[A-Za-z0-9+/]{8,4000}={0,2})\\{0,3}"',
        '{"auths": {"registry.test": {"auth": "YXBwOnA0c3N3MHJk<12p>"}}}',
        '{"auths": {"registry.test": {"auth": ""}}}',
        "https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/",
    ),
    shape(
        "http-basic",
        "HTTP basic credentials",
        ("asic ",),
        r"\b[Bb]asic (?P<secret>[A-Za-z0-9+/]{8,400}={0,2})(?![A-Za-z0-9+/=])",
        "Authorization: Basic YXBwOnA0c3N3MHJk<12p>",
        "basic authentication",
        "https://www.rfc-editor.org/rfc/rfc7617",
    ),
    shape(
        "bearer-token",
        "a bearer token",
        ("earer ",),
        r"\b[Bb]earer (?P<secret>(?=[A-Za-z_.~+/=-]{0,60}\d)[\w.~+/=-]{20,4000})(?![\w.~+/=$<{-])",
        "Authorization: Bearer <32>",
        "bearer authentication",
        "https://www.rfc-editor.org/rfc/rfc6750",
    ),
    shape(
        "key-header",
        "a secret key",
        ("ApiKey ", "SSWS ", "plunk ", "enieKey "),
        r"\b(?:ApiKey|SSWS|[Ss]plunk|GenieKey) (?P<secret>(?=[A-Za-z_=+/-]{0,60}\d)[\w=+/-]{20,400})(?![\w=+/-])",
        "Authorization: ApiKey <48>",
        "ApiKey authentication",
        "https://www.elastic.co/docs/api/doc/elasticsearch/authentication",
    ),
    shape(
        "netrc-password",
        "a password",
        ("machine ", "default "),
        START + r"(?:machine\s{1,9}[\w.:-]{1,200}|default)(?:\s|\\n){1,20}login\s{1,9}\S{1,200}?(?:\s|\\n){1,20}"
        r"password\s{1,9}(?P<secret>[^\s\"'\\]{3,300})",
        "machine git.test login app password <12>",
        "the machine asks for login and password",
        "https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html",
    ),
    shape(
        "pgpass-password",
        "a password",
        (":543", ":6432:", ":*:"),
        START
        + r"(?<![:.*-])[\w.*-]{1,200}:(?:\d{2,5}|\*):[\w*-]{1,64}:[\w*.-]{1,64}:(?P<secret>[^\s:\"'\\]{3,200})(?!:)",
        "db.shop.test:5432:shop:app:<12>",
        "db.shop.test:5432:shop",
        "https://www.postgresql.org/docs/current/libpq-pgpass.html",
    ),
    shape(
        "odbc-password",
        "a password",
        ("wd=", "WD="),
        r"(?i)(?<=;)\s{0,3}pwd\s{0,3}=\s{0,3}(?P<secret>[^;\s\"'\\{$<]{3,200})",
        "Driver={SQL Server};Server=db;Uid=app;Pwd=<12>;",
        "PWD=/app",
        "https://learn.microsoft.com/en-us/sql/odbc/reference/syntax/sqldriverconnect-function",
    ),
)
