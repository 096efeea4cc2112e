"""`flask people`: the first people of a new School, who can then invite all others."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import link_to
from escuela.people import services
from escuela.people.models import ADMIN, COORDINATOR

group = AppGroup("people", help="People and their roles.")
ZONE = "America/Montevideo"  # of the School's secretariat; each person changes theirs in the account


@group.command("admin")
@click.argument("email")
@click.argument("name")
@with_appcontext
def make_admin(email: str, name: str) -> None:
    """Make an administrator and print the link that sets their password; it works for 7 days."""
    _with_role(email, name, ADMIN)


@group.command("coordinator")
@click.argument("email")
@click.argument("name")
@with_appcontext
def make_coordinator(email: str, name: str) -> None:
    """Make a coordinator of every edition and print the link that sets their password; it works for 7 days."""
    _with_role(email, name, COORDINATOR)


def _with_role(email: str, name: str, role: str) -> None:
    if not name.strip():
        raise click.BadParameter("a person has a name", param_hint="NAME")
    try:
        user, new = services.welcome(email, name, "es", ZONE)
    except DomainError as refusal:
        raise click.BadParameter(str(refusal.sentence), param_hint="EMAIL") from None
    services.give_role(user, role)
    if not user.login_count:
        invitation = services.issue_invitation(user)
        click.echo(link_to("people.invitation", token=invitation.token))
    db.session.commit()
    click.echo(f"{user.name} <{user.email}> is {role}" + ("." if new else "; the account was there already."))
