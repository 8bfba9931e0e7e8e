from rest_framework.routers import SimpleRouter

from notifications.api.messages import MessageViewSet
from notifications.api.rules import RuleViewSet
from notifications.api.viewsets import NotifyViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("bookings", NotifyViewSet, basename="booking-notifications")
router.register("notification-rules", RuleViewSet, basename="notification-rules")
router.register("messages", MessageViewSet, basename="message")

urlpatterns = router.urls
