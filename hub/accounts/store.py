"""Flask-Security's view of our people: read in short transactions, written in one at the end of the request.

Checking a password takes a fifth of a second on purpose; a database that one program writes at a time must not be held
so long. So people are read apart from what is written.
"""

from typing import Any, ClassVar

from flask import Response, after_this_request, g
from flask_security import RoleMixin, UserMixin
from flask_security.datastore import SQLAlchemyUserDatastore
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.accounts.models import Person
from hub.accounts.service import actor_for
from hub.audit.service import note_act
from hub.db import Database
from hub.errors import Conflict
from hub.languages import gettext as _
from hub.languages import language


class Account(Person, UserMixin):  # type: ignore[misc]
    """A person as Flask-Security handles them. Their rights are ours (hub/policy.py): it knows no roles."""

    roles: ClassVar[list[RoleMixin]] = []  # type: ignore[misc]


class NoRole(RoleMixin):
    """What Flask-Security wants a class for; there are none."""


class People(SQLAlchemyUserDatastore):
    """Finds and keeps accounts in our database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        super().__init__(self, Account, NoRole)

    @property
    def session(self) -> Session:
        """What this request will write, begun when it is first used; `commit` ends it, `give_up` forgets it."""
        if "people" not in g:
            g.people = self._database.open_writing()
        found = g.people
        assert isinstance(found, Session)
        return found

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Account | None:
        """By one attribute. Addresses are kept in small letters, so that an index finds them."""
        ((name, value),) = kwargs.items()
        if name == "email" and isinstance(value, str):
            value = value.lower()
        for one in self.session if "people" in g else ():
            if isinstance(one, Account) and getattr(one, name) == value:
                return one
        with self._database.reading() as session:
            found = session.scalar(select(Account).where(getattr(Account, name) == value))
            session.expunge_all()
            return found

    def create_user(self, **kwargs: Any) -> Account:
        """A new account; its address in small letters, its name the part before the `@` until it is told.

        Conflict where another request has made it since it was looked for.
        """
        kwargs["email"] = kwargs["email"].lower()
        kwargs.setdefault("name", kwargs["email"].partition("@")[0])
        kwargs.pop("roles", None)
        kwargs.setdefault("active", True)
        kwargs.setdefault("language", language())
        made = Account(**kwargs)
        self.set_uniquifier(made)
        self.session.add(made)
        try:
            self.session.flush()
        except IntegrityError as error:
            give_up()
            raise Conflict(_("This form was sent twice at once. Look into your mail for the link.")) from error
        return made

    def commit(self) -> None:
        """Write what this request changed."""
        if "people" in g:
            self.session.commit()

    def commit_afterwards(self) -> None:
        """Write it when the view is done, also where the view of the library would not."""

        @after_this_request
        def write(response: Response) -> Response:
            self.commit()
            return response

    def note(self, account: Account, action: str, **detail: Any) -> None:
        """A row of the log, written with what else this request writes."""
        self.session.add(account)
        self.session.flush()
        note_act(
            self.session,
            actor=actor_for(self.session, account.id),
            action=action,
            thing=f"person {account.id}",
            **detail,
        )


def give_up(_error: BaseException | None = None) -> None:
    """At the end of a request: what was not committed is forgotten."""
    session = g.pop("people", None)
    if session is not None:
        session.close()
