from tracker.web.handover.views import blueprint

__all__ = ["blueprint"]
