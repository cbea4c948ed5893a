from tracker.web.units.views import blueprint

__all__ = ["blueprint"]
