"""Forms of stores of secrets, and of databases."""

from __future__ import annotations

from scanner.credentials.form import END, GITHUB_LIST, GITLEAKS, START, shape, token

_AWS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"
_AZURE = "https://learn.microsoft.com/en-us/purview/sit-defn-all-creds"
_VAULT = "https://developer.hashicorp.com/vault/docs/concepts/tokens"
_GOOGLE = "https://cloud.google.com/docs/authentication/token-types"
_PLANETSCALE = "https://planetscale.com/docs/concepts/service-tokens"
_BASE64 = r"[A-Za-z0-9+/]"

FORMS = (
    token("vault-token", "a Vault token", "hvs. hvb. hvr.", r"[\w-]{24,300}", "hvs.<24w>", "hvs.<8w>", _VAULT),
    token(
        "vault-old-token",
        "a Vault token",
        "s.",
        r"(?=[A-Za-z]{0,63}\d)(?=[a-z0-9]{0,63}[A-Z])[A-Za-z0-9]{24}" + END,
        "s.<24>",
        "s.storage.example.test",
        _VAULT,
    ),
    shape(
        "terraform-cloud-token",
        "a Terraform Cloud token",
        (".atlasv1.",),
        START + r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}",
        "<14>.atlasv1.<67w>",
        "<14>.atlasv1.<8w>",
        "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
    ),
    token(
        "doppler-token",
        "a Doppler token",
        "dp.pt. dp.st. dp.sa. dp.ct. dp.scim. dp.audit.",
        r"(?:[\w-]{1,40}\.)?[A-Za-z0-9]{40,44}" + END,
        "dp.pt.<43>",
        "dp.pt.<8>",
        "https://docs.doppler.com/docs/service-tokens",
    ),
    token(
        "onepassword-service-token",
        "a 1Password token",
        "ops_eyJ",
        r"[A-Za-z0-9+/_-]{200,2000}={0,3}",
        "ops_eyJ<300>",
        "ops_eyJ<40>",
        "https://developer.1password.com/docs/service-accounts/security/",
    ),
    token(
        "onepassword-secret-key",
        "a 1Password secret key",
        "A3-",
        r"[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}" + END,
        "A3-<6X>-<6X>-<5X>-<5X>-<5X>-<5X>",
        "A3-<6X>-<6X>",
        "https://support.1password.com/secret-key-security/",
    ),
    shape(
        "bitwarden-token",
        "a Bitwarden token",
        ("0.",),
        START + r"0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}==",
        "0.<8x>-<4x>-<4x>-<4x>-<12x>.<30>:<22b>==",
        "0.<8x>-<4x>-<4x>-<4x>-<12x>",
        "https://bitwarden.com/help/access-tokens/",
    ),
    token(
        "age-secret-key",
        "an age secret key",
        "AGE-SECRET-KEY-1",
        r"[0-9A-Z]{58}" + END,
        "AGE-SECRET-KEY-1<58X>",
        "AGE-SECRET-KEY-1<12X>",
        "https://age-encryption.org/v1",
    ),
    token(
        "databricks-token",
        "a Databricks token",
        "dapi dose dkea",
        r"[a-f0-9]{32}(?:-\d)?" + END,
        "dapi<32x>",
        "dapi<12x>",
        "https://docs.databricks.com/aws/en/dev-tools/auth/pat",
    ),
    token(
        "planetscale-token",
        "a PlanetScale token",
        "pscale_tkn_ pscale_oauth_",
        r"[\w=.-]{32,64}",
        "pscale_tkn_<43w>",
        "pscale_tkn_<8w>",
        _PLANETSCALE,
    ),
    token(
        "planetscale-password",
        "a PlanetScale password",
        "pscale_pw_",
        r"[\w=.-]{32,64}",
        "pscale_pw_<43w>",
        "pscale_pw_<8w>",
        _PLANETSCALE,
    ),
    token(
        "supabase-token",
        "a Supabase token",
        "sbp_ sb_secret_",
        r"(?:oauth_|v0_)?[\w-]{30,60}" + END,
        "sbp_<40x>",
        "sbp_<8x>",
        "https://supabase.com/docs/guides/api/api-keys",
    ),
    token(
        "neon-key",
        "a Neon key",
        "napi_",
        r"[a-z0-9]{40,70}" + END,
        "napi_<64a>",
        "napi_<8a>",
        "https://neon.com/docs/manage/api-keys",
    ),
    token(
        "mongodb-atlas-secret",
        "a MongoDB Atlas secret",
        "mdb_sa_sk_",
        r"[\w-]{40}" + END,
        "mdb_sa_sk_<40w>",
        "mdb_sa_sk_<8w>",
        "https://www.mongodb.com/docs/atlas/api/service-accounts-overview/",
    ),
    token(
        "cockroach-key",
        "a CockroachDB key",
        "CCDB1_",
        r"[A-Za-z0-9]{22}_[A-Za-z0-9]{40}" + END,
        "CCDB1_<22>_<40>",
        "CCDB1_<22>",
        "https://www.cockroachlabs.com/docs/cockroachcloud/managing-access",
    ),
    token("clickhouse-key", "a ClickHouse key", "4b1d", r"[A-Za-z0-9]{38}" + END, "4b1d<38>", "4b1d<8>", GITLEAKS),
    token("aiven-password", "an Aiven password", "AVNS_", r"[\w-]{15,40}", "AVNS_<19w>", "AVNS_<4w>", GITHUB_LIST),
)
