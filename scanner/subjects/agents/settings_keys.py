"""The keys of the settings of Claude Code, and where each belongs.

From https://code.claude.com/docs/en/settings-reference as of 2026-08-22, with keys of earlier versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.documents.positions import Node, join_path
from scanner.late import regex
from scanner.subjects.agents.building import entries
from scanner.subjects.agents.programs import name_set
from scanner.subjects.subject_builder import SubjectBuilder

_ROOT = name_set(
    "$schema advisorModel agent agentPushNotifEnabled allowAllClaudeAiMcps allowedChannelPlugins "
    "allowedHttpHookUrls allowedMcpServers allowManagedHooksOnly allowManagedMcpServersOnly "
    "allowManagedPermissionRulesOnly alwaysThinkingEnabled apiKeyHelper askUserQuestionTimeout attribution "
    "autoCompactEnabled autoCompactWindow autoConnectIde autoInstallIdeExtension autoMemoryDirectory "
    "autoMemoryEnabled autoMode autoScrollEnabled autoUpdatesChannel availableModels awaySummaryEnabled "
    "awsAuthRefresh awsCredentialExport axScreenReader blockedMarketplaces browserExternalPageTools "
    "channelsEnabled claudeMd claudeMdExcludes cleanupPeriodDays companyAnnouncements crossSessionInbound "
    "defaultShell deniedMcpServers dialogExpiry diffTool disableAgentView disableAllHooks disableArtifact "
    "disableAutoMode disableBrowserExternalNavigation disableBundledSkills disableClaudeAiConnectors "
    "disableCommandPluginSources disableDeepLinkRegistration disabledMcpjsonServers disableMobileSimulatorTools "
    "disableRemoteControl disableSideloadFlags disableSkillShellExecution disableWorkflows editorMode effortLevel "
    "emojiCompletionEnabled enableAllProjectMcpServers enableArtifact enabledMcpjsonServers enabledPlugins "
    "enableWorkflows enforceAvailableModels env externalEditorContext extraKnownMarketplaces fallbackModel "
    "fastMode fastModePerSessionOptIn feedbackSurveyRate fileCheckpointingEnabled fileSuggestion "
    "footerLinksRegexes forceLoginGatewayUrl forceLoginMethod forceLoginOrgUUID forceRemoteSettingsRefresh "
    "gcpAuthRefresh hooks httpHookAllowedEnvVars includeCoAuthoredBy includeGitInstructions "
    "inputNeededNotifEnabled isolatePeerMachines keybindingFlavor language minimumVersion model modelOverrides "
    "otelHeadersHelper outputStyle parentSettingsBehavior permissionExplainerEnabled permissions plansDirectory "
    "pluginConfigs pluginSuggestionMarketplaces pluginTrustMessage policyHelper preferredNotifChannel "
    "prefersReducedMotion processWrapper promptSuggestionEnabled prUrlTemplate remoteControlAtStartup "
    "requiredMaximumVersion requiredMinimumVersion respectGitignore respondToBashCommands sandbox "
    "showClearContextOnPlanAccept showThinkingSummaries showTurnDuration skillListingBudgetFraction "
    "skillListingMaxDescChars skillOverrides skipAutoPermissionPrompt skipDangerousModePermissionPrompt "
    "skipWebFetchPreflight spellcheck spinnerTipsEnabled spinnerTipsOverride spinnerVerbs sshConfigs "
    "sshHostAllowlist statusLine strictKnownMarketplaces strictPluginOnlyCustomization subagentStatusLine "
    "switchModelsOnFlag syncClaudeAiSkills syntaxHighlightingDisabled teammateDefaultModel teammateMode "
    "terminalProgressBarEnabled terminalTitleFromRename theme tui ultracode useAutoModeDuringPlan verbose "
    "viewMode vimInsertModeRemaps voice voiceEnabled wheelScrollAccelerationEnabled workflowKeywordTriggerEnabled "
    "workflowSizeGuideline worktree wslInheritsWindowsSettings"
)
"""Keys of the documentation, https://code.claude.com/docs/en/settings-reference as of 2026-08-22."""
_FORMER = name_set(
    "autoUpdates forceLoginOrganization ignorePatterns messageIdleNotifThresholdMs terminalSetup "
    "shiftEnterKeyBindingInstalled parallelTasksCount todoFeatureEnabled enableArchitectTool autoCompact apiKey "
    "maxTokens disabledMcpServers enabledMcpServers skippedPlugins teams agents commands skills description name "
    "version _comment comment comments"
)
"""Keys that earlier versions read, or that many files have: they are not reported, and never proposed."""
_PERMISSIONS = name_set(
    "allow ask deny additionalDirectories defaultMode disableBypassPermissionsMode disableAutoMode "
    "skipDangerousModePermissionPrompt"
)
_SANDBOX = name_set(
    "allowAppleEvents allowUnsandboxedCommands autoAllowBashIfSandboxed bwrapPath credentials enabled "
    "enabledPlatforms enableWeakerNestedSandbox enableWeakerNetworkIsolation excludedCommands failIfUnavailable "
    "filesystem ignoreViolations network ripgrep socatPath"
)
_NETWORK = name_set(
    "allowAllUnixSockets allowedDomains allowLocalBinding allowMachLookup allowManagedDomainsOnly "
    "allowUnixSockets deniedDomains httpProxyPort socksProxyPort strictAllowlist tlsTerminate"
)
_FILES = name_set("allowManagedReadPathsOnly allowRead allowWrite denyRead denyWrite disabled")
_KNOWN = {
    "": _ROOT,
    "permissions": _PERMISSIONS,
    "sandbox": _SANDBOX,
    "sandbox.network": _NETWORK,
    "sandbox.filesystem": _FILES,
}
_HOME = {
    **dict.fromkeys(("allow", "ask", "deny", "additionalDirectories", "defaultMode"), "permissions"),
    "disableBypassPermissionsMode": "permissions",
    **dict.fromkeys(("autoAllowBashIfSandboxed", "allowUnsandboxedCommands", "excludedCommands"), "sandbox"),
    **dict.fromkeys(("allowedDomains", "deniedDomains", "allowLocalBinding", "allowUnixSockets"), "sandbox.network"),
    **dict.fromkeys(("allowRead", "allowWrite", "denyRead", "denyWrite"), "sandbox.filesystem"),
}
"""Keys that are often written elsewhere, and the mapping that each belongs to."""
_AT_ROOT = name_set(
    "hooks env enableAllProjectMcpServers enabledMcpjsonServers disabledMcpjsonServers sandbox model apiKeyHelper "
    "statusLine disableAllHooks enabledPlugins extraKnownMarketplaces"
)
_OTHER_NAMES = {
    **dict.fromkeys(
        ("denied", "denies", "disallow", "disallowed", "block", "blocked", "blocklist", "denylist"), "deny"
    ),
    **dict.fromkeys(("disallowedtools", "deniedtools", "denytools", "forbidden", "forbid"), "deny"),
    **dict.fromkeys(("allowed", "allows", "allowlist", "allowedtools", "permitted", "allowtools"), "allow"),
    **dict.fromkeys(("asks", "prompt", "confirm", "askfor", "requireapproval"), "ask"),
    **dict.fromkeys(("mode", "permissionmode", "default"), "defaultMode"),
}
"""Other words that are written for the keys of `permissions`."""

_GUARDING = regex(
    r"(?:^|(?<=[a-z]))(?:[aA]llow|[aA]llowed|[dD]enied|[bB]locked|[sS]trict|[fF]orce|[dD]isable|[dD]isabled|[eE]nforce|[rR]equired"
    r"|[sS]kip|[tT]rust|[iI]solate)(?=[A-Z]|$)"
    r"|[pP]ermission|sandbox|[hH]ook|[mM]cp|[hH]elper|autoMode|[pP]lugin|[mM]arketplace|[cC]redential|^env$|processWrapper"
    r"|[cC]hannelsEnabled|remoteControl|crossSession|sshHostAllowlist|availableModels|cleanupPeriodDays"
)
"""Keys that bear on what an agent may do, or on what runs: without effect, a guard may be missing."""
_SERVERS = "mcpservers"


def folded(key: str) -> str:
    """A key without what its spellings differ in."""
    return key.lower().replace("_", "").replace("-", "")


def server_lists(root: Node) -> list[Node]:
    """Lists of MCP servers, in whatever spelling; Claude Code reads none in its settings."""
    return [node for key, node in root.items() if folded(key) == _SERVERS and isinstance(node.value, dict)]


def put_wrong(shape: SubjectBuilder, root: Node) -> None:
    """Keys without effect: those that belong elsewhere, and those that are close to one that is known."""
    wrong = []
    for path, to in misplaced(root.value):
        told = {"key": path[-1], "path": join_path(path), "belongs": to or "the top level", "limits": True}
        wrong.append((told, root.get(*path)))
    entries(shape, "misplacedKeys", wrong, root)
    odd = [({"key": path[-1], "path": join_path(path), "near": near, "guards": _guards(path, near)}, root.get(*path))
           for path, near in unknown(root.value)]  # fmt: skip
    entries(shape, "unknownKeys", odd, root)


def _guards(path: tuple[str, ...], near: str) -> bool:
    """Whether a key bears on what an agent may do: one of the permissions and the sandbox does."""
    return len(path) > 1 or bool(_GUARDING.search(near))


def misplaced(data: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """(path, mapping that it belongs to) of each key that is known elsewhere and has no effect where it is."""
    for where, mapping in _mappings(data):
        for key in mapping:
            belongs = _HOME.get(key) if not where or where.startswith("sandbox") else None
            if where == "permissions" and key in _AT_ROOT:
                belongs = ""
            if belongs is not None and key not in _KNOWN[where] and belongs != where:
                yield (*_parts(where), key), belongs


def unknown(data: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """(path, key that is probably meant) of each key that the tool does not know and that is close to one it knows."""
    elsewhere = {path for path, _ in misplaced(data)}
    for where, mapping in _mappings(data):
        for key in mapping:
            path = (*_parts(where), key)
            if (
                key not in _KNOWN[where] | _FORMER
                and path not in elsewhere
                and not key.startswith(("_", "$", "//", "#"))
            ):
                near = _near(key, where)
                if near and near not in mapping:
                    yield path, near


def _near(key: str, where: str) -> str:
    name = folded(key)
    if where == "permissions" and name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    exact = next((known for known in _KNOWN[where] if known.lower() == name), "")
    if exact:
        return exact
    from difflib import get_close_matches

    return next(iter(get_close_matches(key, sorted(_KNOWN[where]), 1, 0.85)), "")


def _mappings(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings of which the keys are known, by their path."""
    for where in _KNOWN:
        value = data
        for part in _parts(where):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, dict):
            yield where, value


def _parts(where: str) -> tuple[str, ...]:
    return tuple(where.split(".")) if where else ()
