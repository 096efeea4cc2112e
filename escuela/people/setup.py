"""Sign-in: Flask-Security over our User and Role."""

from __future__ import annotations

from flask import Flask
from flask_security.datastore import SQLAlchemyUserDatastore

from escuela.extensions import db, security
from escuela.people.models import Role, User


def init_app(app: Flask) -> None:
    app.config.update(
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_REGISTERABLE=False,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_TRACKABLE=True,
        SECURITY_LOGIN_URL="/ingresar",
        SECURITY_LOGOUT_URL="/salir",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_RESET_URL="/contrasena/recuperar",
        SECURITY_CHANGE_URL="/contrasena/cambiar",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/",
    )
    security.init_app(app, SQLAlchemyUserDatastore(db, User, Role), register_blueprint=True)
