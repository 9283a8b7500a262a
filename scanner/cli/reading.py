"""The options of every command that reads files and asks rules of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from scanner import sources
from scanner.cli.environment import cache_folder
from scanner.cli.limit_option import limits
from scanner.model import PROFILES, Profile
from scanner.policy.evaluate import NEWEST_KUBERNETES
from scanner.scan import Options

_OPTIONS = (
    click.option(
        "--profile",
        type=click.Choice([profile.value for profile in PROFILES]),
        default=Profile.DEFAULT.value,
        show_default=True,
        help="Which rules.",
    ),
    click.option(
        "--kubernetes-version",
        default=f"1.{NEWEST_KUBERNETES}",
        show_default=True,
        metavar="X.Y",
        help="The cluster's version.",
    ),
    click.option("--include", multiple=True, metavar="GLOB", help="Read only files that match; repeats."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Pass over files and folders that match; repeats."),
    click.option("--no-ignore", is_flag=True, help="Read also what a .gitignore names."),
    click.option(
        "--values",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Values for Helm charts besides their own; repeats, the last wins.",
    ),
    click.option(
        "--rules", "rule_folders", multiple=True, metavar="FOLDER", help="A folder of further rules; repeats."
    ),
    click.option("--limit", "limited", multiple=True, metavar="NAME=VALUE", help="What one input may cost; repeats."),
    click.option("--jobs", type=click.IntRange(min=0), default=0, metavar="N", help="Processes; 0 is as many as pay."),
    click.option("--no-cache", is_flag=True, help="Compile the rules anew and keep nothing."),
    click.option("--allow-incomplete", is_flag=True, help="Exit 0 or 1 although something could not be assessed."),
)


def reads_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which files are read, by which rules, and what that may cost."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def options(given: Mapping[str, Any], revision: str = "") -> Options:
    """What they mean for a scan, of the files on disk or of a commit.

    Raises UsageError for a limit that is none.
    """
    return Options(
        profile=Profile(given["profile"]),
        kubernetes_version=given["kubernetes_version"],
        rule_folders=tuple(Path(folder) for folder in given["rule_folders"]),
        jobs=given["jobs"],
        limits=limits(given["limited"]),
        cache_folder=None if given["no_cache"] else cache_folder(os.environ),
        values=given["values"],
        allow_incomplete=given["allow_incomplete"],
        selection=sources.Selection(given["include"], given["exclude"], ignored=given["no_ignore"], revision=revision),
    )
