from rest_framework.routers import SimpleRouter

from visits.api.slots import SlotViewSet
from visits.api.viewsets import ProviderViewSet
from visits.api.visits import VisitViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("providers", ProviderViewSet, basename="provider")
router.register("providers/<str:id>/slots", SlotViewSet, basename="slot")
router.register("visits", VisitViewSet, basename="visit")

urlpatterns = router.urls
