"""Forms of services for payment, mail and selling."""

from __future__ import annotations

from scanner.credentials.form import END, GITHUB_LIST, GITLEAKS, KINGFISHER, START, shape, token

_SLACK = "https://docs.slack.dev/authentication/tokens"
_STRIPE = "https://docs.stripe.com/keys"
_SHOPIFY = "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens"
_GRAFANA = "https://grafana.com/docs/grafana/latest/administration/service-accounts/"
_NEW_RELIC = "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/"
_SENTRY = "https://docs.sentry.io/account/auth-tokens/"
_SQUARE = "https://developer.squareup.com/docs/build-basics/access-tokens"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SNOWFLAKES = " ".join(one + other for one in "MNO" for other in "DTjz")
"""How the number of a Discord bot begins in base64."""

FORMS = (
    token(
        "twilio-key",
        "a Twilio key",
        "SK",
        r"[0-9a-f]{32}" + END,
        "SK<32x>",
        "SK<8x>",
        "https://www.twilio.com/docs/iam/api-keys",
    ),
    token(
        "sendgrid-key",
        "a SendGrid key",
        "SG.",
        r"[\w-]{22}\.[\w-]{43}" + END,
        "SG.<22w>.<43w>",
        "SG.<22w>",
        "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
    ),
    token("mailgun-key", "a Mailgun key", "key-", r"[a-f0-9]{32}" + END, "key-<32x>", "key-<8x>", GITLEAKS),
    shape(
        "mailchimp-key",
        "a Mailchimp key",
        ("-us",),
        START + r"[a-f0-9]{32}-us\d{1,2}" + END,
        "<32x>-us12",
        "<8x>-us12",
        "https://mailchimp.com/developer/marketing/docs/fundamentals/",
    ),
    token(
        "brevo-key",
        "a Brevo key",
        "xkeysib- xsmtpsib-",
        r"[a-f0-9]{64}-[A-Za-z0-9]{16}" + END,
        "xkeysib-<64x>-<16>",
        "xkeysib-<8x>",
        "https://developers.brevo.com/docs/getting-started",
    ),
    token(
        "resend-key",
        "a Resend key",
        "re_",
        r"[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}" + END,
        "re_<8>_<24>",
        "re_<8>",
        "https://resend.com/docs/dashboard/api-keys/introduction",
    ),
    token(
        "klaviyo-key",
        "a Klaviyo key",
        "pk_",
        r"[a-f0-9]{34}" + END,
        "pk_<34x>",
        "pk_<8x>",
        "https://developers.klaviyo.com/en/docs/authenticate_",
    ),
    token(
        "hubspot-token",
        "a HubSpot token",
        "pat-na1- pat-na2- pat-eu1-",
        _UUID,
        "pat-na1-<8x>-<4x>-<4x>-<4x>-<12x>",
        "pat-na1-<8x>",
        KINGFISHER,
    ),
    token(
        "stripe-key",
        "a Stripe key",
        "sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_",
        r"[A-Za-z0-9]{16,250}",
        "sk_live_<24>",
        "sk_live_<4>",
        _STRIPE,
    ),
    token(
        "stripe-webhook-secret",
        "a Stripe webhook secret",
        "whsec_",
        r"[A-Za-z0-9+/]{32,100}",
        "whsec_<32>",
        "whsec_<8>",
        "https://docs.stripe.com/webhooks",
    ),
    token(
        "square-token",
        "a Square token",
        "EAAA sq0atp-",
        r"[\w-]{22,60}" + END,
        "sq0atp-<22w>",
        "sq0atp-<8w>",
        _SQUARE,
    ),
    token("square-secret", "a Square secret", "sq0csp-", r"[\w-]{43}" + END, "sq0csp-<43w>", "sq0csp-<8w>", _SQUARE),
    shape(
        "braintree-token",
        "a Braintree token",
        ("access_token$",),
        r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}" + END,
        "access_token$production$<16a>$<32x>",
        "access_token$production$<4a>",
        GITHUB_LIST,
    ),
    token(
        "shippo-token",
        "a Shippo token",
        "shippo_live_ shippo_test_",
        r"[a-fA-F0-9]{40}" + END,
        "shippo_live_<40x>",
        "shippo_live_<8x>",
        GITLEAKS,
    ),
    token("easypost-key", "an EasyPost key", "EZAK EZTK", r"[A-Za-z0-9]{54}" + END, "EZAK<54>", "EZAK<8>", GITLEAKS),
    token(
        "duffel-token",
        "a Duffel token",
        "duffel_test_ duffel_live_",
        r"[\w=-]{43}" + END,
        "duffel_live_<43w>",
        "duffel_live_<8w>",
        GITLEAKS,
    ),
    token(
        "flutterwave-key",
        "a Flutterwave key",
        "FLWSECK_TEST- FLWSECK-",
        r"[A-Za-z0-9]{12,40}(?:-X)?",
        "FLWSECK_TEST-<32a>-X",
        "FLWSECK_TEST-<4a>",
        GITLEAKS,
    ),
    token(
        "plaid-token",
        "a Plaid token",
        "access-sandbox- access-development- access-production-",
        _UUID,
        "access-production-<8x>-<4x>-<4x>-<4x>-<12x>",
        "access-production-<8x>",
        GITLEAKS,
    ),
    token(
        "mollie-key",
        "a Mollie key",
        "live_ test_",
        r"(?=[a-z0-9]{0,63}[A-Z])(?=[A-Za-z]{0,63}\d)[A-Za-z0-9]{30,40}" + END,
        "live_<30>",
        "live_<8>",
        "https://docs.mollie.com/reference/authentication",
    ),
    token(
        "shopify-token",
        "a Shopify token",
        "shpat_ shpca_ shppa_ shpss_",
        r"[A-Fa-f0-9]{32}" + END,
        "shpat_<32x>",
        "shpat_<8x>",
        _SHOPIFY,
    ),
)
