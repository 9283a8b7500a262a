"""Waivers of the sample that holds everything: one in each state, with texts that want to change a report."""

from __future__ import annotations

from scanner.places import Location
from scanner.waived import AppliedWaivers, LineOrigin, WaivedResource, Waiver, WaiverFault, WaiverResult, WaiverState

FILE = "assay-waivers.yaml"
HOSTILE = "Accepted\n::error::forged <img src=x onerror=alert(1)> \x1b[2J | [link](https://evil.example) \u202e end"
PORTS = "W-PORTS"


def sample_waivers() -> AppliedWaivers:
    """Return waivers in every state."""
    at = Location(FILE, 4, 5, 4, 20)
    web = WaivedResource("StatefulSet", "shop", "ledger", "帳簿")
    ports = Waiver(
        PORTS,
        at,
        "kubernetes.container-without-host-port",
        web,
        path="deploy/帳簿\nledger.yaml",
        field="hostPort",
        evidence="8080",
        controls=("pci 2.2.1",),
        type="compensating",
        reason=HOSTILE,
        constraint="The node agent cannot be moved.",
        compensating_control="A firewall in front of the nodes",
        compensating_evidence="https://tickets.example/FW-1",
        residual_risk="Other pods of the node reach the port.",
        requester="@ana",
        approver="@ben",
        approved="2026-01-02",
        expires="2026-04-01",
        review="2026-03-15",
        ticket="SEC-12",
        origin=LineOrigin("a" * 40, "Ben <ben@bank.example>", "2026-01-02", signed=True),
    )
    fault = WaiverFault("the key 'expires' is missing (The last day on which it counts.)", at)
    twice = WaiverFault("the id 'W-2' is also that of the waiver at line 40", at, "id")
    comment = Waiver(
        "inline:deploy/payments.yaml:13",
        Location("deploy/payments.yaml", 13, 20, 13, 60),
        "kubernetes.container-not-privileged",
        path="deploy/payments.yaml",
        line=13,
        type="risk-accepted",
        reason="Until the driver is replaced",
        requester="inline",
        expires="2026-03-02",
        inline=True,
    )
    late = Waiver("W-3", at, "kubernetes.image-pinned", WaivedResource("Deployment", "", "payments", "api"))
    return AppliedWaivers(
        FILE,
        "4" * 64,
        named=True,
        today="2026-03-02",
        max_life=90,
        inline=True,
        results=(
            WaiverResult(ports, WaiverState.MATCHED, 9, "", "approvers", days_left=30),
            WaiverResult(comment, WaiverState.MATCHED, 1, "", "the file itself", days_left=0),
            WaiverResult(
                Waiver("W-2", at, faults=(fault, twice)),
                WaiverState.INVALID,
                0,
                f"{fault.message}, and 1 more",
                not_approved="it names no approver",
            ),
            WaiverResult(late, WaiverState.EXPIRED, 1, "it expired on 2026-02-28", ".github/CODEOWNERS", days_left=-2),
            WaiverResult(ports, WaiverState.NOT_YET, 9, "it is approved for 2026-05-01 and later", "approvers"),
            WaiverResult(Waiver("W-5", at, approver="@ben"), WaiverState.UNUSED, 0, "no finding matches it"),
            WaiverResult(Waiver("W-6", at), WaiverState.PROPOSED, 0, "the change adds or changes it"),
        ),
    )
