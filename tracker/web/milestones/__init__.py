from tracker.web.milestones.views import blueprint

__all__ = ["blueprint"]
