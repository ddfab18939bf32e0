"""Pads that are polled: one scheduler (`polling.pad.PolledPad`) for every maker's dialect.

The scheduler knows presence and its grace, faults and how they end, what is read once and what is written, looked at
and written again, and which order ends when. A dialect knows one maker's frames, questions and answers. It is one
object for one reader that satisfies `polling.dialect.Dialect[Request, Answer]`; `drivers/pads/feig/dialect.py` is the
model. To write one:

1. **Types.** `Answer`: a frozen dataclass, one good frame from the reader. `Request`: a frozen dataclass with at least
   `patience_s`, `answer_bytes` and `rest_s` (`polling.errand.Question`); beside them whatever `frame` and `takes` need.
   A predicate in the request (FEIG's `fits`) is a good way to say which answers can be its own.
2. **The line.** `line` (`polling.dialect.Line`): its words (`38400 baud 8E1`), pauses and silences. `stream()`: a
   `polling.stream.FrameStream(head_bytes, length, parse)` does for frames that tell their length at their head.
   `frame(request)` is called once a request, right before it is sent: count a sequence there. `takes(answer, request)`
   says whether an answer is the awaited one; it may learn (the reader's address) from one that is.
   `start()` forgets what was learned; it is called before anything else.
3. **Errands** (`polling.errand.Errand`): a few questions, one after the other, that end with a result. `request()`
   gives the next question, `heard(answer)` the result or None. An errand of one question is `OneExchange(request,
   read)`. `holds` is true while nothing else may be sent before its next question: a connected tag, say. Answers come
   already checked by `takes`. When an answer does not come, the errand is thrown away and a new one is asked for, after
   a knock; only `greeting` and `reading` go on, and are told so by `unheard()`.
   * `greeting()` ends with the reader's name. It must bring any reader into step and let go of every tag.
   * `knock()` ends with `Knocked.IN_STEP`. Asked after each time-out, again until it ends: whatever answers later,
     answers something later. It too must let go of every tag that the reader may still hold.
   * `inventory()` and `fresh_inventory()` tell tags with each answer (`Looked`), and how it ended with the last. Where
     the reader always asks all its tags, both may be the same, with `fresh` true.
   * `reading(uid, dsfid)` ends with a `TagRead`; a step that failed is a `NotYet` (five in a row are a
     `TagUnreadable`), one that succeeded on the way `ReadingGoesOn.ON`, which ends a row of failures. It lets go of its
     tag before it ends and before it tells `NotYet`. `polling.memory_reading.MemoryReading` does it for readers that
     ask what a tag is and then read blocks, each in an errand of its own; it halves what is asked for on `Fewer`.
     Where a tag must be taken up before it can be asked, a `polling.visit.Visit` around an errand does it.
   * `afi(...)`, `eas(...)`, `memory(...)` are `Change`s: the value wanted, and how to make a write and a look. A look
     that follows a write is a new errand: an answer to a write never counts. `eas` is None where the reader has no
     public way to write the bit and read it back; orders with EAS are then refused with `Misuse`.
     `WriteReply.NEVER`: written again in no case, but still looked at. `NotSeen.TAG_SILENT` ends after
     `PollingSettings.away_s`, anything else after `write_s`.
4. **Settings.** A frozen, slotted dataclass that inherits `polling.settings.PollingSettings`; its `__post_init__` calls
   `PollingSettings.__post_init__(self)` first (`super()` does not work in a slotted dataclass).
5. **The public class** is two lines, as `feig/core.py` and `feig/programmer.py`:
   `class RlPad(PolledPad[Request, Answer])` with `super().__init__(RlDialect(settings), settings)`, and
   `class RlProgrammer(PolledProgrammer[Request, Answer])` with `super().__init__(RlPad(settings))`.

UIDs are 16 upper-case hex digits with `E0` first; a dialect shows no others (`Looked.others` counts them). Nothing in a
dialect may raise on any answer that its stream yields.
"""
