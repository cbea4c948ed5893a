from tracker.web.plans.views import blueprint

__all__ = ["blueprint"]
