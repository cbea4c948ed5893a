from tracker.web.units import groups
from tracker.web.units.views import blueprint

__all__ = ["blueprint", "groups"]
