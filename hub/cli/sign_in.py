"""`moothall organisation sign-in`."""

from pathlib import Path
from typing import Any

import click

from hub.accounts.providers import Wanted, provider_of, redirect_of, set_provider
from hub.cli.shown import as_json, show, workshop
from hub.errors import BadInput
from hub.organisations.service import find_organisation
from hub.policy import COMMAND_LINE


@click.command("sign-in")
@click.argument("name")
@click.option("--issuer", help="Address of the provider, as it calls itself.")
@click.option("--client-id", help="The client ID that it has given to this hub.")
@click.option(
    "--secret-file", type=click.Path(path_type=Path), help="File with the client secret; else it is asked for."
)
@click.option("--on/--off", "enabled", default=None, help="Whether people can sign in this way.")
@click.option("--only/--not-only", default=None, help="Whether they can sign in in no other way.")
@click.option(
    "--trust/--no-trust", "trusted", default=None, help="Whether addresses count that it does not call verified."
)
@as_json
def sign_in(name: str, secret_file: Path | None, json_: bool, **given: Any) -> None:
    """Let people of the organisation with the short name NAME sign in with its own account (OpenID Connect).

    Without options it says how that is set. The client secret is never an argument: others could read it there.
    """
    changes = {key: value for key, value in given.items() if value is not None}
    with workshop() as parts:
        with parts.database.reading() as session:
            organisation = find_organisation(session, name)
            row = provider_of(session, organisation.id)
            held = Wanted(row.issuer, row.client_id, "", row.enabled, row.only, row.trusted) if row else Wanted("", "")
        if changes or secret_file:
            secret = _secret(secret_file, needed=row is None or changes.get("issuer", held.issuer) != held.issuer)
            kept = {one: getattr(held, one) for one in ("issuer", "client_id", "enabled", "only", "trusted")}
            with parts.database.writing() as session:
                row = set_provider(
                    session,
                    actor=COMMAND_LINE,
                    organisation=find_organisation(session, name),
                    wanted=Wanted(**{**kept, **changes}, secret=secret),
                    key=parts.settings.secret(),
                    plain=bool(parts.settings.allowed_networks),
                )
        value = {
            "organisation": organisation.slug,
            "redirect": redirect_of(organisation, parts.settings.base_url),
            "issuer": row.issuer if row else None,
            "client_id": row.client_id if row else None,
            "on": bool(row and row.enabled),
            "only": bool(row and row.only),
            "trusted": bool(row and row.trusted),
        }
    show(value, json_=json_, words=lambda: _words(value))


def _secret(file: Path | None, *, needed: bool) -> str:
    if file is None:
        return str(click.prompt("Client secret", hide_input=True)).strip() if needed else ""
    try:
        return file.read_text().strip()
    except (OSError, UnicodeError) as error:
        raise BadInput(f"The file {file} with the client secret cannot be read.", "secret_file") from error


def _words(value: dict[str, Any]) -> str:
    if not value["issuer"]:
        state = "There is no sign-in of its own."
    elif value["on"]:
        state = f"People sign in at {value['issuer']}{', and in no other way' if value['only'] else ''}."
    else:
        state = f"Its sign-in at {value['issuer']} is off."
    return f"{state} The redirect address for the provider: {value['redirect']}"
