from flask import Blueprint

from escuela.access import public

bp = Blueprint("certificates", __name__)


@bp.get("/verificar")
@public
def verify() -> str:
    return ""


@bp.get("/certificados")
def mine() -> str:
    return ""
