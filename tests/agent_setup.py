"""A setup of agents in which nothing fails by default: one file of each format, for tests that change one thing."""

from __future__ import annotations

SWARM = """\
# Claims swarm

```javascript
mcp__claude-flow__swarm_init({
  topology: "mesh",
  maxAgents: 8,
  strategy: "balanced",
  governance: {
    complianceFrameworks: ["GDPR", "ISO 27001"],
    auditRequirements: {
      decisionTracking: "append-only",
      changeApproval: "two-person",
      riskAssessment: "required",
      auditRetention: "3 years"
    }
  }
})

mcp__claude-flow__agent_spawn({
  type: "coordinator",
  name: "claims-lead",
  authority: {
    level: "senior",
    decisions: ["claim-priorities", "vendor-selection"],
    budget: { amount: 1200, currency: "CHF", period: "quarter" },
    reports: "head-of-claims"
  }
})
mcp__claude-flow__agent_spawn({
  type: "analyst",
  name: "head-of-claims",
  authority: {
    level: "executive",
    decisions: ["claim-policy"],
    veto: ["large-payouts"],
    budget: 900,
    escalation: "supervisory-board"
  }
})
mcp__claude-flow__agent_spawn({
  type: "reviewer",
  name: "privacy-officer",
  tools: ["Read", "Glob"]
})

mcp__claude-flow__coordination_sync({
  governance: {
    decisionFramework: {
      "payout-decisions": {
        authority: "claims-lead",
        reviewers: ["privacy-officer"],
        approval: "head-of-claims",
        documentation: "payout-register",
        auditTrail: "write-once"
      }
    },
    escalationMatrix: {
      "data-breach": {
        path: ["privacy-officer", "claims-lead", "head-of-claims"],
        timeouts: ["10 minutes", "45 minutes", "3h"],
        automatic: true,
        notifications: ["duty-officer", "supervisory authority within 48h"]
      }
    }
  }
})

mcp__claude-flow__security_scan({
  target: "claims",
  frameworks: ["GDPR", "ISO 27001"],
  requirements: {
    encryption: { "at-rest": "AES-256", "in-transit": "TLS 1.3", "key-rotation": "90 days" },
    authentication: { "multi-factor": true }
  }
})

mcp__claude-flow__swarm_monitor({
  interval: 60,
  metrics: { "intrusion-metrics": ["denied-calls"] },
  alerting: {
    "breach-alert": {
      severity: "critical",
      response: "5 minutes",
      escalation: "privacy-officer",
      notifications: ["duty-officer"]
    }
  }
})

mcp__claude-flow__backup_create({
  components: ["claim-files", "signing-keys"],
  encryption: "AES-256-GCM",
  retention: "10 years",
  strategy: {
    "geo-replication": { regions: ["eu-north-1", "eu-south-2"] },
    "backup-frequency": { "claim-data": "every 10 minutes" },
    "recovery-objectives": { rto: "2h", rpo: "20 minutes", mttr: "50 minutes" }
  }
})

mcp__claude-flow__benchmark_run({
  type: "disaster-recovery",
  frequency: "quarterly",
  validation: { rto: "2h", rpo: "20 minutes" }
})
```

Start a session with the flow that the project pins:

```bash
npx claude-flow@2.7.4 sparc run analyst "read the open claims"
```
"""

SCRIPT = """\
async function claims() {
  await mcp__claude-flow__task_orchestrate({
    task: "Summarise the open claims",
    strategy: "sequential",
    priority: "high"
  });
  Task("Claims Lead", `
Sort the claims of today by age.
- npx claude-flow@2.7.4 hooks pre-task --description "sorting"
- npx claude-flow@2.7.4 hooks notify --message "claims sorted"
`, "coordinator");
}
"""

SETTINGS = """\
{
  "permissions": {
    "allow": [
      "Bash(git status:*)",
      "Bash(make lint)",
      "Read(./claims/**)",
      "mcp__register__find_claim"
    ],
    "ask": ["Bash(git commit:*)"],
    "deny": ["Read(./.env*)", "Read(~/.aws/**)", "WebFetch", "Bash(curl:*)"],
    "additionalDirectories": ["../claims-docs"],
    "defaultMode": "plan",
    "disableBypassPermissionsMode": "disable"
  },
  "env": {
    "LANG": "en_GB.UTF-8"
  },
  "enabledMcpjsonServers": ["register"],
  "sandbox": {
    "enabled": true,
    "network": { "allowedDomains": ["claims.example.org"] }
  },
  "hooks": {
    "PreToolUse": [
      {
        "matcher": "Edit|Write",
        "hooks": [
          {
            "type": "command",
            "command": "python3 tools/guard_edit.py",
            "timeout": 20
          }
        ]
      }
    ]
  }
}
"""

SERVERS = """\
{
  "mcpServers": {
    "register": {
      "command": "uvx",
      "args": ["claims-register-mcp==0.9.1", "./claims"],
      "env": { "REGISTER_KEY": "${REGISTER_KEY}" }
    },
    "maps": {
      "type": "http",
      "url": "https://maps.example.org/mcp",
      "headers": { "X-Api-Key": "${MAPS_KEY}" }
    },
    "scans": {
      "command": "docker",
      "args": ["run", "--rm", "-i", "-v", "./scans:/scans:ro", "registry.example.org/scans-mcp:2.3.0"]
    }
  }
}
"""

CURSOR = """\
{
  "mcpServers": {
    "letters": {
      "url": "https://letters.example.org/mcp",
      "headers": { "Authorization": "Bearer ${env:LETTERS_TOKEN}" }
    }
  }
}
"""

GEMINI = """\
{
  "tools": { "sandbox": "docker" },
  "mcpServers": {
    "archive": {
      "command": "npx",
      "args": ["-y", "@example/archive-mcp@3.1.0"],
      "trust": false
    }
  }
}
"""

OPENCODE = """\
{
  "$schema": "https://opencode.ai/config.json",
  "permission": { "bash": "ask", "edit": "ask" }
}
"""

AGENT = """\
---
name: claims-reader
description: Reads claims and lists what is missing
tools: Read, Grep
model: haiku
permissionMode: plan
maxTurns: 30
---

Read the claim and list the documents that are missing.
"""

COMMAND = """\
---
description: Draft the weekly report of claims
allowed-tools: Bash(git log:*), Read
---

Draft the report for week $1.
"""

SKILL = """\
---
name: claim-numbers
description: Explains the parts of a claim number
allowed-tools: Read
---

A claim number has a year, a branch and a serial number.
"""

FLOW = """\
{
  "version": "3.0.0",
  "swarm": { "topology": "mesh", "maxAgents": 8, "strategy": "balanced" },
  "memory": {
    "type": "hybrid",
    "ttl": 604800,
    "encryption": { "enabled": true, "algorithm": "aes-256-gcm" }
  },
  "security": {
    "mode": "strict",
    "authentication": { "required": true },
    "rateLimit": { "enabled": true }
  },
  "logging": { "level": "warn", "audit": true },
  "update": { "allowPrerelease": false }
}
"""

HIVE = """\
{
  "version": "2.0.0",
  "defaults": {
    "queenType": "tactical",
    "maxWorkers": 5,
    "consensusAlgorithm": "byzantine",
    "autoScale": false,
    "encryption": true
  }
}
"""

CARD = """\
{
  "name": "Claims desk",
  "description": "Answers questions about a claim",
  "version": "2.1.0",
  "supportedInterfaces": [
    { "url": "https://desk.example.org/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0" }
  ],
  "capabilities": { "streaming": false },
  "defaultInputModes": ["text/plain"],
  "defaultOutputModes": ["text/plain"],
  "securitySchemes": { "bearer": { "httpAuthSecurityScheme": { "scheme": "Bearer", "bearerFormat": "JWT" } } },
  "securityRequirements": [{ "schemes": { "bearer": { "list": [] } } }],
  "skills": [{ "id": "status", "name": "status", "description": "The state of a claim", "tags": ["claims"] }]
}
"""

CREW = """\
assessor:
  role: Claims assessor
  goal: Estimate the damage
  backstory: You know the price lists.
  max_iter: 15
  allow_delegation: false
  allow_code_execution: true
  code_execution_mode: safe
"""

GRAPH = """\
{
  "dependencies": ["."],
  "graphs": { "claims": "./claims.py:graph" },
  "env": "./claims.env",
  "python_version": "3.13",
  "auth": { "path": "./access.py:auth" },
  "http": { "cors": { "allow_origins": ["https://claims.example.org"] } }
}
"""

KAGENT = """\
apiVersion: kagent.dev/v1alpha2
kind: Agent
metadata:
  name: claims-operator
  namespace: claims
spec:
  type: Declarative
  allowedNamespaces:
    from: Same
  declarative:
    modelConfig: small
    systemMessage: You explain the state of the claims service.
    tools:
      - type: McpServer
        mcpServer:
          name: cluster-tools
          kind: RemoteMCPServer
          apiGroup: kagent.dev
          toolNames: [list_pods, scale_deployment]
          requireApproval: [scale_deployment]
---
apiVersion: kagent.dev/v1alpha2
kind: RemoteMCPServer
metadata:
  name: cluster-tools
  namespace: claims
spec:
  description: Reads and scales the claims service
  url: https://tools.claims.example.org/mcp
  protocol: STREAMABLE_HTTP
  headersFrom:
    - name: Authorization
      valueFrom: { type: Secret, name: cluster-tools, key: token }
"""

SETUP = {
    "docs/claims-swarm.md": SWARM,
    "scripts/claims.js": SCRIPT,
    ".claude/settings.json": SETTINGS,
    ".claude/agents/claims-reader.md": AGENT,
    ".claude/commands/weekly.md": COMMAND,
    ".claude/skills/claim-numbers/SKILL.md": SKILL,
    ".mcp.json": SERVERS,
    ".cursor/mcp.json": CURSOR,
    ".gemini/settings.json": GEMINI,
    "opencode.json": OPENCODE,
    "claude-flow.config.json": FLOW,
    ".hive-mind/config.json": HIVE,
    ".well-known/agent-card.json": CARD,
    "crew/agents.yaml": CREW,
    "langgraph.json": GRAPH,
    "deploy/agent.yaml": KAGENT,
}
