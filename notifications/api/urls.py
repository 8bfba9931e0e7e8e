from rest_framework.routers import SimpleRouter

from notifications.api.viewsets import NotifyViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("bookings", NotifyViewSet, basename="booking-notifications")

urlpatterns = router.urls
