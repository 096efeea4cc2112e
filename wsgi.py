"""For gunicorn and for `flask`: the application, with its settings from the environment."""

from escuela import create_app

app = create_app()
