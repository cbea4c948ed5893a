from tracker.web.joint.views import blueprint

__all__ = ["blueprint"]
