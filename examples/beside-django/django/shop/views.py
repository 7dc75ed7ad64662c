from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render

from .models import Order, Record


# home and record have been moved: Go answers for their addresses. They are still here, so that
# taking their routes out of routes.go gives the pages back to Django.
def home(request):
    return render(request, "shop/home.html", {"records": Record.objects.all()})


def record(request, slug):
    return render(request, "shop/record.html", {"record": get_object_or_404(Record, slug=slug)})


class OrderForm(forms.ModelForm):
    class Meta:
        model = Order
        fields = ["quantity"]


@login_required
def order(request, slug):
    record = get_object_or_404(Record, slug=slug)
    form = OrderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        quantity = form.cleaned_data["quantity"]
        with transaction.atomic():
            in_stock = Record.objects.filter(pk=record.pk, stock__gte=quantity)
            if in_stock.update(stock=F("stock") - quantity):
                Order.objects.create(record=record, customer=request.user, quantity=quantity)
                messages.success(request, f"{record.title} is on its way.")
                return redirect("orders")
        form.add_error("quantity", "We have not so many.")
    return render(request, "shop/order.html", {"record": record, "form": form})


@login_required
def orders(request):
    return render(request, "shop/orders.html", {"orders": request.user.orders.select_related("record")})
