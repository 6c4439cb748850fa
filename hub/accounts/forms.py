"""The forms of accounts: Flask-Security's, with few fields and a limit on guessing. The templates hold their words."""

from typing import Any

from flask import request
from flask_login import current_user
from flask_security.forms import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    RegisterFormV2,
    ResetPasswordForm,
    SendConfirmationForm,
    VerifyForm,
)
from wtforms import StringField
from wtforms.validators import InputRequired, Length, ValidationError

from federation.record import clean_line
from hub.accounts.admission import why_not
from hub.accounts.limits import admit
from hub.accounts.providers import required_at
from hub.accounts.service import note_wrong
from hub.errors import TooMany
from hub.languages import gettext as _
from hub.languages import lazily
from hub.organisations.models import Organisation
from hub.setup.house import house
from hub.web import database


class Limited:
    """A form that may be sent so often only, for one address and from one network: counted before it is looked at."""

    what: str

    def validate(self, **more: Any) -> bool:
        """Refused with a sentence above the form when it was sent too often."""
        form: Any = self
        # Whoever is signed in gives the password of their own account.
        address = form.email.data if hasattr(form, "email") else current_user.email
        try:
            admit(database(), self.what, str(address or ""), request.remote_addr or "")
        except TooMany as error:
            form.form_errors.append(str(error))
            return False
        right: bool = super().validate(**more)  # type: ignore[misc]
        if not right and self.what == "sign in" and form.password.data and self.wrong():
            person = getattr(form, "user", None) or (current_user if current_user.is_authenticated else None)
            with database().writing() as session:
                note_wrong(session, person.id if person else "")
        return right

    def wrong(self) -> bool:
        """Whether it was the password that did not fit."""
        return True


class OneWay:
    """A form with a password, which is no way in for people of an organisation that has its own sign-in only."""

    elsewhere: Organisation | None = None
    """Whose sign-in it is that they use instead."""

    def validate(self, **more: Any) -> bool:
        """Refused for every address at their domains, whether it has an account or not."""
        form: Any = self
        address = form.email.data if hasattr(form, "email") else current_user.email
        with database().reading() as session:
            self.elsewhere = required_at(session, str(address or ""))
            name = self.elsewhere.name if self.elsewhere else ""
        if self.elsewhere:
            form.form_errors.append(_("People of %(name)s sign in with its own account, not here.", name=name))
            return False
        return super().validate(**more)  # type: ignore[misc,no-any-return]


class SignIn(OneWay, Limited, LoginForm):
    """Address and password, and whether to stay signed in on this browser."""

    what = "sign in"


class Admitting:
    """A form for those alone who may make an account on this hub: asked first, so that known addresses get no other
    answer than unknown ones."""

    def validate(self, **more: Any) -> bool:
        """Refused with a sentence beside the address."""
        form: Any = self
        with database().reading() as session:
            why = why_not(session, house(), str(form.email.data or ""), request.args.get("invitation", ""))
        if why:
            form.email.errors = [why]
            return False
        return super().validate(**more)  # type: ignore[misc,no-any-return]


class Register(OneWay, Limited, Admitting, RegisterFormV2):
    """Name, address, password."""

    what = "register"
    name = StringField(
        validators=[
            InputRequired(lazily("Enter your name, as colleagues know you.")),
            Length(max=200, message=lazily("The name is too long: 200 letters at most.")),
        ],
        filters=[lambda text: clean_line(text or "")],
    )

    def validate_name(self, field: StringField) -> None:
        """A name stands on pages and in mails: it is no place for the address of a site."""
        name = (field.data or "").lower()
        if "://" in name or "www." in name:
            raise ValidationError(_("Enter a name, not the address of a page."))


class Forgot(Limited, ForgotPasswordForm):
    """The address of the account."""

    what = "reset"


class Confirm(Limited, SendConfirmationForm):
    """The address that is to be confirmed."""

    what = "confirm"


class Reset(ResetPasswordForm):
    """A new password, once: it can be looked at before it is sent."""

    password_confirm = None  # type: ignore[assignment]


class Verify(OneWay, Limited, VerifyForm):
    """The password once more."""

    what = "sign in"


class Change(Limited, ChangePasswordForm):
    """The present password and a new one."""

    what = "sign in"

    new_password_confirm = None  # type: ignore[assignment]

    def wrong(self) -> bool:
        """The new one may be the fault."""
        return bool(self.password.errors)
