"""Objects from which a controller creates others, and the keys of ConfigMaps and Secrets."""

from __future__ import annotations

from typing import Any

from scanner.facts.kubernetes.objects import Objects, group_of, kind_of, name_of, path
from scanner.facts.step import read
from scanner.model import Subject
from scanner.subjects.kubernetes import RESOURCE

_MAKERS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("bitnami.com", "SealedSecret", "Secret", ()),
    ("cdi.kubevirt.io", "DataVolume", "PersistentVolumeClaim", ()),
    ("cert-manager.io", "Certificate", "Secret", ("spec", "secretName")),
    ("external-secrets.io", "ExternalSecret", "Secret", ("spec", "target", "name")),
    ("onepassword.com", "OnePasswordItem", "Secret", ()),
    ("secrets.doppler.com", "DopplerSecret", "Secret", ("spec", "managedSecret", "name")),
    ("secrets.hashicorp.com", "VaultDynamicSecret", "Secret", ("spec", "destination", "name")),
    ("secrets.hashicorp.com", "VaultPKISecret", "Secret", ("spec", "destination", "name")),
    ("secrets.hashicorp.com", "VaultStaticSecret", "Secret", ("spec", "destination", "name")),
    ("secrets.infisical.com", "InfisicalSecret", "Secret", ("spec", "managedSecretReference", "secretName")),
    ("trust.cert-manager.io", "Bundle", "ConfigMap", ()),
)
"""Group and kind of an object, the kind that its controller creates, and the field with its name if it is not the
same.
"""
_GENERATORS = (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret"))
_ISSUED = frozenset({"ca.crt", "tls.crt", "tls.key"})
_FILLED = ("config.openshift.io/inject-trusted-cabundle", "service.beta.openshift.io/inject-cabundle")
"""Label and annotation by which a controller adds a key to a ConfigMap."""


READS = (
    read(RESOURCE, "object.spec.secretName", objects=("Certificate",)),
    read(RESOURCE, "object.spec.target.name", objects=("ExternalSecret",)),
    read(RESOURCE, "object.spec.managedSecret.name", objects=("DopplerSecret",)),
    read(
        RESOURCE,
        "object.spec.destination.name",
        objects=("VaultDynamicSecret", "VaultPKISecret", "VaultStaticSecret"),
    ),
    read(RESOURCE, "object.spec.managedSecretReference.secretName", objects=("InfisicalSecret",)),
    read(RESOURCE, "object.spec.secretObjects.*.secretName", objects=("SecretProviderClass",)),
    read(
        RESOURCE,
        *(f"object.{field}.*.name" for field, _ in _GENERATORS),
        objects=("Component", "Kustomization"),
    ),
    read(RESOURCE, "object.spec.volumeClaimTemplates.*.metadata.name", objects=("StatefulSet",)),
)
"""What is read of objects of which a controller makes others."""
KEYS_READ = (
    read(
        RESOURCE,
        names=("object.metadata.labels", "object.metadata.annotations", "object.data", "object.binaryData"),
        objects=("ConfigMap",),
    ),
    read(RESOURCE, "object.type", names=("object.data", "object.stringData"), objects=("Secret",)),
    read(RESOURCE, names=("object.spec.encryptedData", "object.spec.template.data"), objects=("SealedSecret",)),
    read(
        RESOURCE,
        "object.spec.data.*.secretKey",
        "object.spec.dataFrom",
        "object.spec.target.creationPolicy",
        "object.spec.target.template.mergePolicy",
        "object.spec.target.template.templateFrom",
        names=("object.spec.target.template.data",),
        objects=("ExternalSecret",),
    ),
    read(RESOURCE, "object.spec.additionalOutputFormats", "object.spec.keystores", objects=("Certificate",)),
)
"""The fields of objects that determine the keys that they hold."""


def add_generated_objects(objects: Objects) -> None:
    """Let what controllers will make be found by its name, as the object that they make it of."""
    for group, kind, made, where in _MAKERS:
        for maker in objects.of(group, kind):
            stated = path(maker.bindings["object"], *where) if where else None
            objects.stand_in(maker, "core", made, str(stated or name_of(maker)))
    for maker in objects.of("secrets-store.csi.x-k8s.io", "SecretProviderClass"):
        for secret in _items(path(maker.bindings["object"], "spec", "secretObjects")):
            objects.stand_in(maker, "core", "Secret", str(secret.get("secretName")))
    for maker in objects.of("kustomize.config.k8s.io", "Component", "Kustomization"):  # that nothing here builds
        for field, made in _GENERATORS:
            for generator in _items(maker.bindings["object"].get(field)):
                objects.stand_in(maker, "core", made, str(generator.get("name")))
    for maker in objects.of("apps", "StatefulSet"):
        for claim in _items(path(maker.bindings["object"], "spec", "volumeClaimTemplates")):
            name = f"{path(claim, 'metadata', 'name')}-{name_of(maker)}-"
            objects.stand_in(maker, "core", "PersistentVolumeClaim", name)


def keys_of(subject: Subject) -> frozenset[str] | None:
    """The keys of a ConfigMap or Secret, or of the one that a controller creates; None where they are not known.

    They are not known of one that is empty either, because a program fills it.
    """
    stated = subject.bindings["object"]
    match group_of(subject), kind_of(subject):
        case "core", "ConfigMap":
            filled = {*_names(stated, "metadata", "labels"), *_names(stated, "metadata", "annotations")}
            keys = frozenset() if filled & {*_FILLED} else _names(stated, "data") | _names(stated, "binaryData")
        case "core", "Secret" if stated.get("type") != "kubernetes.io/service-account-token":
            keys = _names(stated, "data") | _names(stated, "stringData")
        case "bitnami.com", _:
            keys = _names(stated, "spec", "encryptedData") | _names(stated, "spec", "template", "data")
        case "external-secrets.io", _:
            keys = _fetched(stated)
        case "cert-manager.io", _:
            more = path(stated, "spec", "keystores") or path(stated, "spec", "additionalOutputFormats")
            keys = frozenset() if more else _ISSUED
        case _:
            keys = frozenset()
    return keys or None


def _fetched(stated: dict[str, Any]) -> frozenset[str]:
    """The keys of what an ExternalSecret creates; none where a store or another object determines them."""
    target = path(stated, "spec", "target") or {}
    template = path(target, "template") or {}
    if path(stated, "spec", "dataFrom") or path(template, "templateFrom"):
        return frozenset()
    if path(target, "creationPolicy") not in (None, "Owner", "Orphan"):
        return frozenset()
    own = frozenset(str(item["secretKey"]) for item in _items(path(stated, "spec", "data")) if "secretKey" in item)
    shaped = _names(template, "data")
    return shaped | own if path(template, "mergePolicy") == "Merge" else shaped or own


def _names(value: Any, *keys: str) -> frozenset[str]:
    held = path(value, *keys)
    return frozenset(map(str, held)) if isinstance(held, dict) else frozenset()


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
