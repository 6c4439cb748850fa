"""The command `moothall`: a lazy group, so that `--version` and `--help` import nothing heavy."""

import sys
from importlib.metadata import version
from typing import Any, Final

import click

from hub.errors import HubError
from hub.importing import load

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "init": ("hub.cli.init:init", "Make a new hub in the data folder."),
    "upgrade": ("hub.cli.init:upgrade", "Bring the database of a hub to the newest shape."),
    "demo": ("hub.cli.demo:demo", "Make and run a hub with six made-up organisations."),
    "run": ("hub.cli.run:run", "Run the hub: the site and the work behind it."),
    "serve": ("hub.cli.run:serve", "Serve the site only."),
    "worker": ("hub.cli.run:worker", "Do jobs only; any number of these."),
    "tick": ("hub.cli.run:tick", "Start what is due and keep the index; one of these."),
    "operator": ("hub.cli.operator:operator", "Sign in as the operator."),
    "organisation": ("hub.cli.organisation:organisation", "Add and list member organisations."),
    "source": ("hub.cli.source:source", "Add, preview, list and pause sources."),
    "record": ("hub.cli.record:record", "Take documents down, and lift that."),
    "harvest": ("hub.cli.harvest:harvest", "Check sources now."),
    "index": ("hub.cli.index:index", "Rebuild the search index, or see how it is."),
    "alert": ("hub.cli.alert:alert", "Tell people what is new, or see what somebody would be told."),
    "mail": ("hub.cli.mail:mail", "See how mails are, and try the relay."),
    "search": ("hub.cli.search:search", "Search from the command line."),
    "audit": ("hub.cli.audit:audit", "Prove the log of acts, and write it out."),
    "retention": ("hub.cli.retention:retention", "See and delete what is too old; erase again."),
    "check": ("hub.cli.check:check", "Compare the database with the index."),
    "backup": ("hub.cli.backup:backup", "Write a backup, while the hub works on."),
    "restore": ("hub.cli.backup:restore", "Restore a backup to where no hub is yet."),
    "move": ("hub.cli.move:move", "Copy the hub to another database and search engine."),
    "doctor": ("hub.cli.doctor:doctor", "Look for what is wrong, and say the fix."),
}
"""Command -> (where it is, its one-line help)."""


class Lazy(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = load(COMMANDS[cmd_name][0])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=Lazy)
@click.version_option(version("moothall"), prog_name="moothall")
def moothall() -> None:
    """A federated cross-sector knowledge hub. `moothall demo` shows what it does; settings are MOOTHALL_* variables."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command; an error of ours is one sentence on the error stream and exit status 1."""
    try:
        moothall.main(arguments, prog_name="moothall", standalone_mode=False)
    except HubError as error:
        sys.exit(_said(str(error)))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
    except click.ClickException as error:
        sys.exit(_said(error.format_message()))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_said("Stopped."))
    except Exception as error:
        # Known by name, as its module is too heavy to be imported here; anything else is a fault of ours.
        if not type(error).__module__.startswith("sqlalchemy."):
            raise
        why = getattr(error, "orig", None) or error
        sys.exit(_said(f"The database cannot be used: {why}. `moothall doctor` looks for the reason."))


def _said(sentence: str) -> int:
    click.echo(f"moothall: {sentence}", err=True)
    return 1


if __name__ == "__main__":
    main()
