from flask import Blueprint

blueprint = Blueprint("work", __name__)
