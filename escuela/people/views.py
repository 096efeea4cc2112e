from flask import Blueprint

bp = Blueprint("people", __name__)


@bp.get("/cuenta")
def account() -> str:
    return ""
