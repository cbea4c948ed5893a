from flask import Blueprint

blueprint = Blueprint("units", __name__)
