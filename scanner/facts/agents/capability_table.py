"""What tools and MCP servers let an agent do, by name: the one table of it, as of 2026-11-30.

`p` reads private data: files of the project, databases, mail, messages, private repositories. `u` takes in content that
strangers can write: web pages, issues, messages, documents of registries. `o` sends data to where strangers can read
it: any address, any command, messages, issues. `d` starts other agents. A name that is not here is unknown.

Built-in tools: https://code.claude.com/docs/en/tools-reference,
https://docs.github.com/en/copilot/reference/custom-agents-configuration. Servers: the descriptions of their tools in
https://github.com/modelcontextprotocol/servers and in the documentation of their vendors.
"""

from __future__ import annotations

from functools import cache

from scanner.subjects.agents.programs import name_set

_TOOLS = {
    "p": (
        "Read Grep Glob LS NotebookRead LSP read read_file search codebase usages view grep glob "
        "load_memory preload_memory load_artifacts VertexAiSearchTool "
        "FileReadTool DirectoryReadTool DirectorySearchTool TXTSearchTool PDFSearchTool DOCXSearchTool MDXSearchTool "
        "JSONSearchTool CSVSearchTool XMLSearchTool PGSearchTool MySQLSearchTool NL2SQLTool RagTool "
        "QdrantVectorSearchTool WeaviateVectorSearchTool MongoDBVectorSearchTool SnowflakeSearchTool S3ReaderTool"
    ),
    "po": (
        "Bash PowerShell Shell Monitor shell bash execute runCommands runInTerminal run_in_terminal terminal "
        "execute_command run_shell_command"
    ),
    "uo": "WebFetch fetch web web_fetch openSimpleBrowser http_get fetch_url url_context",
    "u": (
        "WebSearch web_search websearch githubRepo google_search enterprise_web_search google_maps_grounding "
        "SerperDevTool BraveSearchTool TavilySearchTool EXASearchTool SerplyWebSearchTool ScrapeWebsiteTool "
        "ScrapeElementFromWebsiteTool WebsiteSearchTool FirecrawlScrapeWebsiteTool FirecrawlCrawlWebsiteTool "
        "FirecrawlSearchTool YoutubeVideoSearchTool YoutubeChannelSearchTool CodeDocsSearchTool GithubSearchTool"
    ),
    "d": "Agent Task agent custom-agent runSubagent",
    "": (
        "Write Edit MultiEdit NotebookEdit Update TodoWrite TodoRead AskUserQuestion EnterPlanMode ExitPlanMode "
        "EnterWorktree ExitWorktree BashOutput KillBash KillShell TaskCreate TaskGet TaskList TaskOutput TaskStop "
        "TaskUpdate TeamCreate TeamDelete SubagentHandback "
        "ReportFindings ToolSearch WaitForMcpServers ListMcpResources ListMcpResourcesTool Cd "
        "EndConversation ScheduleWakeup CronCreate CronDelete CronList ListAgents "
        "vscode edit write todo todos problems changes think editFiles createFile create_file "
        "exit_loop get_user_choice transfer_to_agent FileWriterTool DallETool"
    ),
}
_SERVERS = {
    "p": (
        "filesystem file-system files git memory knowledge-graph postgres postgresql mysql mariadb sqlite mongodb "
        "mongo redis bigquery snowflake supabase neon elasticsearch opensearch clickhouse duckdb motherduck dbhub "
        "serena mssql oracle database db cockroachdb dynamodb databricks qdrant chroma pinecone weaviate milvus neo4j "
        "airtable obsidian dropbox datadog grafana prometheus stripe paypal quickbooks plaid figma kubernetes "
        "apple-notes evernote repomix spreadsheet excel onedrive 1password vault"
    ),
    "pu": (
        "gdrive google-drive sharepoint notion linear sentry hubspot salesforce confluence imap zendesk intercom "
        "asana trello clickup monday"
    ),
    "puo": (
        "github gitlab bitbucket gitea azure-devops jira atlassian slack discord telegram whatsapp teams "
        "microsoft-teams gmail email mail outlook google-workspace workspace microsoft-365 ms-365 m365 calendar "
        "google-calendar imessage composio zapier pipedream"
    ),
    "uo": (
        "fetch web-fetch firecrawl crawl4ai brightdata bright-data apify scrapegraph jina playwright puppeteer "
        "browser browserbase browser-use browsermcp chrome chrome-devtools selenium hyperbrowser stagehand twitter "
        "ref ref-tools"
    ),
    "u": (
        "brave-search brave tavily exa serper serpapi perplexity perplexityai duckduckgo searxng kagi google-search "
        "web-search websearch bing context7 deepwiki arxiv youtube youtube-transcript rss wikipedia hackernews "
        "hacker-news reddit stackoverflow"
    ),
    "po": "desktop-commander shell terminal commands iterm ssh docker aws s3 gcloud azure",
    "o": "smtp sendgrid twilio resend mailgun mailchimp webhook pushover ntfy cloudflare vercel netlify",
    "": "sequential-thinking sequentialthinking time everything calculator think",
}
_NODE_TYPES = {
    "p": (
        "vectorStorePinecone vectorStoreQdrant vectorStoreSupabase vectorStoreInMemory vectorStorePGVector "
        "vectorStoreWeaviate vectorStoreMilvus vectorStoreMongoDBAtlas vectorStoreRedis vectorStoreZep toolVectorStore "
        "googleSheetsTool OneDriveAndSharePoint GraphConnectors CopilotConnectors Meetings People Dataverse "
        "EmbeddedKnowledge"
    ),
    "pu": "TeamsMessages Email",
    "uo": "toolHttpRequest httpRequestTool",
    "u": "toolSerpApi toolSearXng toolWikipedia toolWolframAlpha rssFeedReadTool WebSearch",
    "": "toolCalculator toolThink dateTimeTool cryptoTool waitTool CodeInterpreter GraphicArt ScenarioModels",
}
"""Nodes of n8n that are tools, and capabilities of Microsoft 365 Copilot, which only read.

https://docs.n8n.io/integrations/builtin/cluster-nodes/,
https://learn.microsoft.com/en-us/microsoft-365-copilot/extensibility/declarative-agent-manifest-1.6
"""
SHELL_CONTEXTS = {"serena": ("", "desktop-app", "agent", "oaicompat-agent", "chatgpt")}
"""Servers that run commands in some contexts only, which the option `--context` names; none is the first.

https://github.com/oraios/serena/tree/main/src/serena/resources/config/contexts
"""
READ_ONLY = name_set("--read-only --readonly --read-only=true --readonly=true --disable-write")
"""Options with which a server has no tools that change anything, by the documentation of several servers."""
_HOSTS = {"githubcopilot": "github"}
"""Names in addresses that are not the name of the server."""
NOISE = name_set(
    "mcp server servers modelcontextprotocol official remote local tool tools api www app com io dev org net ai so "
    "latest alpha beta node py python js ts"
)
"""Words of a name that do not say what a server does."""
PRIVATE_WORDS = r"(?i)(^|[^a-z])(read|grep|glob|files?|filesystem|sql|database|query|drive|memory|inbox)([^a-z]|$)"
WEB_WORDS = r"(?i)(web ?(fetch|search)|brows(e|er)([^a-z]|$)|crawl|scrape|fetch_url|http_get|serper)"
OUTBOUND_WORDS = (
    r"(?i)(^|[^a-z])(bash|shell|powershell|exec|terminal|e?mail|slack|telegram|discord|http_post|upload|curl)([^a-z]|$)"
)
"""Words that say what a tool does which is in no table, of CrewAI or a swarm; what else it does is not known."""
READING = name_set(
    "get list read search find query view fetch download describe show lookup browse scrape crawl extract snapshot "
    "navigate open retrieve history tail status diff"
)
SENDING = name_set(
    "create update push merge comment add send post publish fork write upload reply edit put delete execute run invite "
    "share forward move assign submit request click type fill"
)
OBSERVING = name_set("screenshot snapshot html visible pdf")
"""Words of tools that give what a browser shows already, and ask for nothing else."""
OF_THE_CLIENT = name_set("alias auth cache completion config extension gpg-key help ssh-key version")
"""Commands of `gh` and `glab` about the client itself, which give no content of others."""
IDLE = name_set("resize close wait install tabs console sleep mark star archive")
"""Verbs of the tools of a server: the first that occurs in a name decides."""


@cache
def tools() -> dict[str, str]:
    """The capabilities of each built-in tool, as letters."""
    return {name: letters for letters, names in _TOOLS.items() for name in names.split()}


@cache
def node_types() -> dict[str, frozenset[str]]:
    """The capabilities of each type of tool, as letters."""
    return {name: frozenset(letters) for letters, names in _NODE_TYPES.items() for name in names.split()}


@cache
def servers() -> dict[str, str]:
    """The capabilities of each server, as letters."""
    known = {name: letters for letters, names in _SERVERS.items() for name in names.split()}
    return known | {host: known[name] for host, name in _HOSTS.items()}
