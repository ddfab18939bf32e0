"""Every page of the console. A test walks them all as every role."""

from __future__ import annotations

from kiosk.central.console import (
    application_pages,
    circulating,
    damage_pages,
    exception_page,
    finding,
    findings_page,
    gates,
    import_page,
    item_page,
    lists,
    marc_page,
    money_pages,
    news_pages,
    notice_pages,
    order_pages,
    patron_data,
    patron_page,
    reports,
    rules_page,
    today,
    undo_pages,
)
from kiosk.central.console.asked import Page

PAGES: tuple[Page, ...] = (
    *today.PAGES,
    *finding.PAGES,
    *circulating.PAGES,
    *damage_pages.PAGES,
    *patron_page.PAGES,
    *application_pages.PAGES,
    *money_pages.PAGES,
    *order_pages.PAGES,
    *item_page.PAGES,
    *patron_data.PAGES,
    *import_page.PAGES,
    *marc_page.PAGES,
    *undo_pages.PAGES,
    *notice_pages.PAGES,
    *news_pages.PAGES,
    *exception_page.PAGES,
    *findings_page.PAGES,
    *reports.PAGES,
    *gates.PAGES,
    *rules_page.PAGES,
    *lists.PAGES,
)
