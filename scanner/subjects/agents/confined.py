"""Whether a command line starts an agent in a container or in a sandbox that another program sets up around it.

https://docs.docker.com/ai/sandboxes/, https://code.claude.com/docs/en/sandboxing and
https://code.claude.com/docs/en/devcontainer as of 2026-11.
"""

from __future__ import annotations

from scanner.late import regex
from scanner.subjects.agents.remote_code import STEPS

_AROUND = regex(
    r"(?i)(?:^|[\s\"'/(=])(?:bwrap|firejail|nsjail|sandbox-exec|srt|(?:[$]\{?\w*)?safehouse[\w-]*\}?"
    r"|devcontainer\s+exec|docker\s+sandbox\s+run"
    r"|(?:docker|podman|nerdctl)\s+(?:compose\s+)?(?:container\s+)?(?:run|exec)|docker-compose\s+(?:run|exec))(?=[\s\"'])"
)
"""Programs that start another one with a part of the files and of the rights of the user."""
_OPEN = regex(
    r"(?i)--privileged|docker\.sock|--(?:pid|ipc|userns|net|network)[= ]host|--cap-add[= ]\S*(?:all|sys_admin)"
    r"|(?:\s-v\s*|--volume[= ]|src=|source=)[\"']?(?:/|~/?|[$]\{?HOME\}?/?)(?=[:,\"'\s])"
    r"|--(?:dev-)?bind(?:-try)?\s+(?:/|~/?|[\"']?[$]\{?HOME\}?[\"']?/?)\s"
)
"""What gives the program within the machine, or the home folder of the user."""


def is_confined(text: str, start: int) -> bool:
    """Whether what begins at a place of a command line is behind a program that confines it."""
    before = STEPS.split(text[:start])[-1]
    return bool(_AROUND.search(before)) and not _OPEN.search(text)
