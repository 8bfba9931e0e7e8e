from rest_framework.routers import SimpleRouter

from scheduling.api.availability import AvailabilityViewSet, HoldViewSet
from scheduling.api.viewsets import ClientViewSet, StaffViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("availability", AvailabilityViewSet, basename="availability")
router.register("holds", HoldViewSet, basename="hold")
router.register("clients", ClientViewSet, basename="client")
router.register("staff", StaffViewSet, basename="staff")

urlpatterns = router.urls
