"""Flask-Security in this hub: its forms and flows, with our people, our pages, our mails, our sessions and our limits.

None of its decorators, roles or tokens for programs is used: what somebody may do is decided by hub/policy.py.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from flask import Flask, render_template, session
from flask_login import LoginManager, current_user
from flask_principal import Principal
from flask_security import (
    MailUtil,
    PasswordUtil,
    Security,
    password_changed,
    password_reset,
    user_authenticated,
    user_confirmed,
    user_registered,
)
from flask_security.babel import FsDomain

from hub.accounts import forms
from hub.accounts.browsers import browser_name
from hub.accounts.keys import Keys
from hub.accounts.limits import forget
from hub.accounts.members import join_by_address
from hub.accounts.passwords import faults
from hub.accounts.providers import offered
from hub.accounts.second import HALFWAY, SecondStep, asked_at_sign_in
from hub.accounts.service import actor_for
from hub.accounts.sessions import LATELY, Sessions
from hub.accounts.store import Account, People, give_up
from hub.accounts.views import confirm
from hub.config import Settings
from hub.db import Database, new_id, now
from hub.languages import N_, language, speaking
from hub.languages import gettext as _
from hub.mail.service import queue_mail
from hub.setup.house import house
from hub.web import part

POLICIES: Final[dict[str, str]] = {
    "security.login": "sign in",
    "security.logout": "sign out",
    "security.register": "register",
    "security.send_confirmation": "register",
    "security.confirm_email": "register",
    "security.forgot_password": "sign in",
    "security.reset_password": "sign in",
    "security.change_password": "change own account",
    "security.verify": "secure own account",
}
"""What Flask-Security's routes do, in the words of hub/policy.py."""

SUBJECTS: Final[dict[str, str]] = {
    "welcome": N_("Confirm your address for %(hub)s"),
    "welcome_existing": N_("Confirm your address for %(hub)s"),
    "confirmation_instructions": N_("Confirm your address for %(hub)s"),
    "reset_instructions": N_("A new password for %(hub)s"),
    "reset_notice": N_("Your password for %(hub)s was changed"),
    "change_notice": N_("Your password for %(hub)s was changed"),
}
"""Template of a mail -> its subject."""

MESSAGES: Final[dict[str, str]] = {
    "EMAIL_NOT_PROVIDED": N_("Enter your e-mail address, like name@example.gov.uk."),
    "INVALID_EMAIL_ADDRESS": N_("This is no e-mail address. Enter one like name@example.gov.uk."),
    "PASSWORD_NOT_PROVIDED": N_("Enter your password."),
    "INVALID_PASSWORD": N_("This is not your password."),
    "PASSWORD_IS_THE_SAME": N_("This is your present password. Choose another one."),
    "GENERIC_AUTHN_FAILED": N_(
        "Address and password do not belong together, or the address is not confirmed yet. "
        "Look for a slip, or ask for a new password."
    ),
    "CONFIRM_REGISTRATION": " ",
    "PASSWORD_RESET_REQUEST": N_(
        "If %(email)s has an account here, a mail with a link is on its way. Look among the unwanted mail too."
    ),
    "CONFIRMATION_REQUEST": N_(
        "If %(email)s has an account that is not confirmed, a mail with a link is on its way. "
        "Look among the unwanted mail too."
    ),
    "REAUTHENTICATION_SUCCESSFUL": N_("Thank you."),
    "EMAIL_ALREADY_CONFIRMED": N_("This address is confirmed already."),
    "PASSWORD_CHANGE": N_("Your password is changed. You were signed out everywhere else."),
    "PASSWORD_RESET_NO_LOGIN": N_("Your password is changed. Sign in with the new one."),
    "INVALID_RESET_PASSWORD_TOKEN": N_("This link was used before, or is not whole. Ask for a new one."),
    "PASSWORD_RESET_EXPIRED": N_("This link is too old. Ask for a new one."),
}


def secure(app: Flask, settings: Settings, database: Database) -> None:
    """Give the app its accounts."""
    app.config.update(_settings(settings))
    app.session_interface = Sessions(settings, database)
    people = People(database)
    security = Security(
        app,
        people,
        login_form=forms.SignIn,
        register_form=forms.Register,
        forgot_password_form=forms.Forgot,
        send_confirmation_form=forms.Confirm,
        reset_password_form=forms.Reset,
        change_password_form=forms.Change,
        verify_form=forms.Verify,
        mail_util_cls=Post,
        password_util_cls=Passwords,
        render_template=_render,
    )
    security.i18n_domain = Words(app)  # type: ignore[no-untyped-call]
    # Its answers for programs hold a token that opens the account; ours are for people.
    security.want_json(lambda request: False)
    security.support_mfa = True
    security.two_factor_plugins.register_tf_impl(app, "code", SecondStep)
    security.login_context_processor(asked_at_sign_in)
    security.verify_context_processor(lambda: {"has_password": bool(current_user.password)})
    _without_rights(app)
    app.login_manager.session_protection = None  # type: ignore[attr-defined]
    app.teardown_request(give_up)
    app.jinja_env.filters.update(browser=browser_name, sentences=sentences)
    for page in (security.login_context_processor, security.verify_context_processor):
        page(lambda: {"any_organisation": _any_organisation(database)})
    _listen(app, people)
    app.view_functions["security.confirm_email"] = confirm
    app.extensions["moothall"].update(people=people, keys=Keys.of(settings.secret()))


def _settings(settings: Settings) -> dict[str, Any]:
    """What Flask-Security is told."""
    return {
        "SECURITY_PASSWORD_SALT": settings.secret(),
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        # What links hold of a password's hash, signed: the hash has a salt, so that a slow one would hide nothing more.
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
        "SECURITY_DEPRECATED_HASHING_SCHEMES": [],
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_REGISTERABLE": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_DATETIME_FACTORY": now,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_REGISTER_URL": "/register",
        "SECURITY_CONFIRM_URL": "/confirm",
        "SECURITY_RESET_URL": "/new-password",
        "SECURITY_CHANGE_URL": "/account/password",
        "SECURITY_VERIFY_URL": "/account/verify",
        "SECURITY_POST_LOGIN_VIEW": "/account",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_POST_REGISTER_VIEW": "/register/sent",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_CONFIRM_EMAIL_WITHIN": timedelta(days=2),
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=2),
        "SECURITY_AUTO_LOGIN_AFTER_RESET": False,
        "SECURITY_FRESHNESS": LATELY,
        "SECURITY_EMAIL_HTML": False,
        **{f"SECURITY_MSG_{name}": (words, "info") for name, words in MESSAGES.items() if words},
    }


def _any_organisation(database: Database) -> bool:
    """Whether there is an organisation that signs in with its own account."""
    with database.reading() as session:
        return bool(offered(session))


def _without_rights(app: Flask) -> None:
    """Spare every page what Flask-Principal and Flask-Login would find out for rights that are not asked.

    Nor is a cookie set that keeps somebody signed in by itself: hub/accounts/sessions.py does that with a session.
    """
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if not isinstance(getattr(hook, "__self__", None), Principal)]
    afterwards = app.after_request_funcs[None]
    afterwards[:] = [hook for hook in afterwards if not isinstance(getattr(hook, "__self__", None), LoginManager)]
    processors = app.template_context_processors[None]
    processors[:] = [one for one in processors if one.__module__ != "flask_login.utils"]


def sentences(errors: Mapping[str | None, Sequence[str]]) -> dict[str, str]:
    """{field: the first of what is wrong with it}; what belongs to none of them leads to the address."""
    return {name or "email": str(said[0]) for name, said in errors.items() if said}


class Passwords(PasswordUtil):
    """Judged with what is known of the person."""

    def validate(self, password: str, is_register: bool, **more: Any) -> tuple[list[str] | None, str]:
        """Sentences, and the password as it is kept."""
        account = more.get("user")
        known = [str(more.get("name") or ""), str(more.get("email") or "")]
        if account is not None:
            known += [account.name, account.email or ""]
        normal = self.normalize(password)
        return faults(normal, [*known, house().name, house().run_by]) or None, normal


class Words(FsDomain):
    """What the library says, by our catalogue."""

    def gettext(self, string: str, **variables: Any) -> str:
        """A sentence of MESSAGES, or one of the library's own."""
        return _(string, **variables)


def _language_of(context: Mapping[str, Any]) -> str:
    """Of the account that a mail is about, else of the request."""
    return str(getattr(context.get("user"), "language", None) or language())


def _render(template: str, **context: Any) -> str:
    """A page in the language of the request, a mail in that of its account."""
    if not template.startswith("security/email/"):
        return render_template(template, **context)
    with speaking(_language_of(context)):
        return render_template(template, **context)


class Post(MailUtil):
    """Mails are queued with what the request writes: both, or neither."""

    def send_mail(
        self, template: str, subject: str, recipient: Any, sender: Any, body: str | None, html: str | None, **more: Any
    ) -> None:
        """Each is a mail of its own, in the language of the account that it is about."""
        people: People = part("people")
        name = template.rpartition("/")[2]
        spoken = _language_of(more)
        with speaking(spoken):
            said = _(SUBJECTS[name], hub=house().name)
        try:
            queue_mail(
                people.session,
                key=f"{name} {new_id()}",
                recipient=str(recipient),
                subject=said,
                text=(body or "").strip(),
                language=spoken,
            )
        except Exception:
            give_up()
            raise
        people.commit_afterwards()


def _listen(app: Flask, people: People) -> None:
    """Every act with an account is a row of the log, in the transaction of the act."""

    def authenticated(_app: Flask, user: Account, **_more: Any) -> None:
        for name in ("csrf_token", *HALFWAY):
            session.pop(name, None)
        if user.email:
            forget(people.session, "sign in", user.email)
            people.commit_afterwards()

    def registered(_app: Flask, user: Account, **_more: Any) -> None:
        people.note(user, "register")

    def confirmed(_app: Flask, user: Account, **_more: Any) -> None:
        people.note(user, "confirm address")
        join_by_address(people.session, user, actor_for(people.session, user.id))

    def changed(_app: Flask, user: Account, **_more: Any) -> None:
        people.note(user, "change password")

    app.extensions["moothall-listeners"] = (authenticated, registered, confirmed, changed)
    user_authenticated.connect(authenticated, app)
    user_registered.connect(registered, app)
    user_confirmed.connect(confirmed, app)
    password_changed.connect(changed, app)
    password_reset.connect(changed, app)
