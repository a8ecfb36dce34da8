"""The least a Flask app can answer: the limit that conditional requests are held against."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Say hello."""
    return "hello"
