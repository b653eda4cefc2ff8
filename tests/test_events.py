import logging

from solosync.events import Bus, DeviceRevoked, SessionDeleted


def test_event_reaches_the_subscribers_of_its_type_only():
    bus = Bus()
    deleted: list[object] = []
    revoked: list[object] = []
    bus.subscribe(SessionDeleted, deleted.append)
    bus.subscribe(DeviceRevoked, revoked.append)

    bus.publish(SessionDeleted("a"))

    assert deleted == [SessionDeleted("a")]
    assert revoked == []


def test_subscribers_are_told_in_the_order_they_came():
    bus = Bus()
    told: list[object] = []
    bus.subscribe(SessionDeleted, lambda event: told.append("first"))
    bus.subscribe(SessionDeleted, lambda event: told.append("second"))
    bus.publish(SessionDeleted("a"))
    assert told == ["first", "second"]


def test_unsubscribed_callback_is_told_no_more():
    bus = Bus()
    told: list[object] = []
    unsubscribe = bus.subscribe(SessionDeleted, told.append)
    unsubscribe()
    unsubscribe()
    bus.publish(SessionDeleted("a"))
    assert told == []


def test_same_callback_twice_loses_one_subscription_at_a_time():
    bus = Bus()
    told: list[object] = []
    unsubscribe = bus.subscribe(SessionDeleted, told.append)
    bus.subscribe(SessionDeleted, told.append)
    unsubscribe()
    unsubscribe()
    bus.publish(SessionDeleted("a"))
    assert told == [SessionDeleted("a")]


def test_failing_subscriber_is_logged_and_the_others_are_told(caplog):
    bus = Bus()
    told: list[object] = []

    def fail(event):
        raise ValueError("broken subscriber")

    bus.subscribe(SessionDeleted, fail)
    bus.subscribe(SessionDeleted, told.append)
    with caplog.at_level(logging.ERROR):
        bus.publish(SessionDeleted("a"))

    assert told == [SessionDeleted("a")]
    assert "broken subscriber" in caplog.text


def test_subscriber_may_unsubscribe_while_it_is_told():
    bus = Bus()
    told: list[object] = []

    def once(event):
        told.append(event)
        unsubscribe()

    unsubscribe = bus.subscribe(SessionDeleted, once)
    bus.publish(SessionDeleted("a"))
    bus.publish(SessionDeleted("b"))
    assert told == [SessionDeleted("a")]
