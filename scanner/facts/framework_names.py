"""The names of laws, standards and frameworks, as documents write them."""

from __future__ import annotations

from difflib import get_close_matches

from scanner.late import regex

_SEPARATORS = regex(r"[^a-z0-9]+")
_NAMES = {
    "soc1": r"soc-?1(-?type-?(1|2|i|ii))?",
    "soc2": r"(aicpa-?)?soc-?2(-?type-?(1|2|i|ii))?|aicpa-tsc|trust-services-criteria",
    "soc3": r"soc-?3",
    "pci-dss": r"pci(-?(dss|sss|pin|p2pe|ssf))?(-?v?[1-4](-\d){0,2})?(-?(level|saq)-?[a-d1-4]+)?",
    "gdpr": r"(eu-|uk-)?gdpr|dsgvo|rgpd|(eu-?)?2016-679",
    "sox": r"sox(-?(302|404|ict|itgc))?|sarbanes-oxley(-act)?",
    "basel": r"bas(el|le|il)(-?(i|ii|iii|iv|[1-4]))?|bcbs(-?\d{1,3})?",
    "dora": r"dora|(eu-?)?2022-2554",
    "nis2": r"nis-?2?(-directive)?",
    "hipaa": r"hipaa(-(security|privacy)-rule)?|hitech(-act)?|hitrust(-csf)?",
    "ccpa": r"ccpa|cpra|ccpa-cpra",
    "nist": r"(us-?)?nist(-(csf|rmf|sp|ai-rmf|ssdf|privacy-framework))?(-?(800|1800)-?\d{1,3}[a-z]?(-?r(ev)?-?\d)?)?"
    r"(-?csf)?(-?\d(-\d)?)?|800-(30|34|37|53|61|63|82|88|115|137|171|190|207|218)([a-z]|-r(ev)?-?\d)?",
    "iso": r"(iso|iec|iso-iec|bs|en|din)-?(en-?)?(iso-?)?(9001|13485|14001|14971|15408|15504|19011|20000|20022|21434|"
    r"22301|22316|24027|25010|26262|27001|27002|27005|27017|27018|27031|27035|27701|27799|28000|29100|30141|31000|"
    r"38500|42001|42010|42030|45001|50001|62304|62443|8583|12207|29119|25000|8601|3166)(-?\d{4})?(-?\d)?|iso",
    "owasp": r"owasp(-?(top-?10|top-ten|asvs|api|api-security|llm|agentic|mcp|samm|masvs|kubernetes))*(-?v?\d[\d-]*)?"
    r"|asvs|masvs",
    "fedramp": r"(us-?)?fedramp(-(high|moderate|low|li-saas))?|stateramp|govramp",
    "government": r"fisma|cmmc(-?v?\d(-\d)?)?|cjis|itar|ear|fips(-?(140|199|200|201)(-?[23])?)?|dod-?(srg|zt|il-?\d)|"
    r"stig|irap|bsi(-?c5)?|c5|it-grundschutz|ens|cyber-essentials(-plus)?|essential-(8|eight)|ncsc-caf|secnumcloud|ismap",
    "finance": r"glba|ffiec|finra|sec(-?17a-?4)?|cftc|mifid(-?(i|ii|2))?|mifir|psd-?[123]|emir|bsa|aml(d-?\d)?|kyc|cft|"
    r"aml-kyc|ofac|nydfs(-?500)?|23-nycrr-500|mas(-?trm)?|apra(-?cps-?\d+)?|cps-?23\d|solvency-?(ii|2)|swift(-?csp)?|"
    r"swift-csf|dodd-frank|fcra|ecoa|tila|reg-?[a-z]|eba|ecb|fatca|crs|ifrs(-?\d+)?|gaap|us-gaap|ccar|frtb|tcpa|fdic|occ|"
    r"fca|pra|rbi|sebi|bafin|bait|vait|xait|marisk|fatf|open-banking|fdx|anti-money-laundering|banking-regulations",
    "privacy": r"lgpd|pipeda|pdpa|popia|appi|pipl|dpdp(a)?|kvkk|coppa|ferpa|eprivacy|privacy-shield|apec-cbpr|vcdpa|"
    r"cpa|ctdpa|cdpa|nfadp|pia|law-25|quebec-25|bipa|can-spam",
    "ai": r"eu-?ai-?act|ai-act|nist-ai-rmf|ai-rmf|mitre-atlas|atlas",
    "security": r"cis(-?(v?\d|controls?|benchmarks?|top-?(18|20))[\w-]*)?|csa(-?(star|ccm))?|ccm|mitre(-att-?ck)?|"
    r"att-?ck|cobit(-?\d+)?|coso(-erm)?|itil(-?v?\d)?|togaf|sabsa|slsa(-?l?\d)?|ssdf|bsimm|stride|cwe(-?top-?25)?|cve|sans"
    r"(-top-?(20|25))?|zero-trust|zero-trust-architecture|tisax|enx|iec-62443|nerc(-cip)?|unece-r15[56]|"
    r"common-criteria|sbom|ntia|cra|cyber-resilience-act",
    "health": r"gxp|gmp|gcp-ich|21-?cfr(-?part)?-?(11|820)|fda(-21-cfr-11)?|part-11|hl7|fhir|mdr|ivdr|eu-mdr",
    "accessibility": r"wcag(-?\d(-\d)?)?(-?(a|aa|aaa))?|ada|section-?508|en-301-?549|aria|eaa",
    "safety": r"do-?178[bc]?|do-?254|misra(-c)?|autosar|aspice|en-5012[89]|spice",
}
_PATTERNS = {name: regex(rf"(?:{pattern})\Z") for name, pattern in _NAMES.items()}
_LONGEST = 100
"""Characters of a name that are read."""
_USUAL = ("SOC2", "PCI-DSS", "GDPR", "SOX", "Basel-III", "DORA", "NIS2", "HIPAA", "CCPA", "NIST", "ISO27001", "FedRAMP")


_BUCKETS = frozenset(("government", "finance", "privacy", "ai", "security", "health", "accessibility", "safety"))
"""Families of several frameworks, of which one does not stand for another."""


def _text(name: str) -> str:
    return _SEPARATORS.sub("-", name.lower()).strip("-").removesuffix("-compliance").removesuffix("-compliant")


def framework(name: str) -> str:
    """The framework that a name means in any edition, such as `pci-dss`; the name in one spelling if none is known."""
    found = family(name)
    return _text(name) if found in _BUCKETS or not found else found


def family(name: str) -> str:
    """The family that a name belongs to, such as `pci-dss` for `PCI DSS v4.0.1`; empty for a name that is not known."""
    text = _text(name[:_LONGEST])
    return next((found for found, pattern in _PATTERNS.items() if pattern.match(text)), "")


def near(name: str) -> str:
    """The usual name that one is nearest to; empty if none is near."""
    lower = {usual.lower(): usual for usual in _USUAL}
    found = get_close_matches(name[:_LONGEST].lower(), lower, 1, 0.6)
    return lower[found[0]] if found else ""
