"""The forms of credentials, as data: one row for each, in modules by who gives them out."""

from __future__ import annotations

from scanner.credentials.table import clouds, code, models, payments, services, shapes, vaults

FORMS = (
    *shapes.FORMS,
    *code.FORMS,
    *clouds.FORMS,
    *vaults.FORMS,
    *models.FORMS,
    *payments.FORMS,
    *services.FORMS,
)
