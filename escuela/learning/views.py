from flask import Blueprint

from escuela.access import public

bp = Blueprint("learning", __name__)


@bp.get("/")
@public
def home() -> str:
    return ""


@bp.get("/ediciones")
@public
def editions() -> str:
    return ""
