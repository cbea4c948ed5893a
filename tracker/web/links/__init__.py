from tracker.web.links.views import blueprint, report

__all__ = ["blueprint", "report"]
