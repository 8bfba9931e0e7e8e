from rest_framework.routers import SimpleRouter

from bookings.api.booking_viewsets import CoachBookingViewSet
from bookings.api.viewsets import CoachViewSet

# A router puts literals (bookings/me) before bookings/<id>, which two kinds of bookings share.
router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("coaches", CoachViewSet, basename="coach")
router.register("bookings", CoachBookingViewSet, basename="booking")

urlpatterns = router.urls
