"""Why a contact was skipped or held: one word for the row, one sentence for `pamoja why` and the timeline."""

REASONS: dict[str, str] = {
    # she, or what became known of her
    "stopped": "She asked us to stop texting her.",
    "quiet": "Nothing goes to her phone until she is set up again in person.",
    "paused": "Her texts are paused until somebody has spoken with her.",
    "wrong_number": "Her number was reported as wrong; nothing goes there until it is checked.",
    "moved": "She was reported as moved; her texts wait for a person to check.",
    "transferred": "She is in care elsewhere now.",
    "dead": "She was reported as having died; nothing is sent.",
    "revoked": "This phone was withdrawn.",
    "erased": "She asked to be forgotten, and was.",
    "held": "Her texts are held until a person has checked.",
    "infant_not_alive": "This was about a baby who is no longer with us.",
    "infant_withdrawn": "This was about a birth that was reported by mistake.",
    "number_left": "She gave up the number it was meant for.",
    # the contact itself
    "stale": "Its time had passed before it could go.",
    "replanned": "The schedule no longer has this step.",
    "kept": "The visit was kept.",
    "missed": "The visit was missed, so this came too late.",
    "attendance_unknown": "Nobody has marked whether she came, and without a witness nothing is called missed.",
    "answered": "She had already answered.",
    "meeting_cancelled": "The meeting she was invited to does not take place.",
    "over": "What it was about had ended, or had been done, before its time came.",
    "in_hand": "Somebody had taken her case and was on the way to her.",
    # the site
    "site_closed": "Her clinic is closed; nobody is asked to come.",
    "no_network": "Her clinic has no network; nobody is asked to come until it has.",
    "site_paused": "The programme is paused at her clinic.",
    "no_entries": "Her clinic entered nothing on its last working day, so nobody is asked to come.",
    # her phone and her choice
    "mentor_only": "She is not set up for texts; her mentor alone is reminded.",
    "nobody_to_remind": "Nobody at her clinic could be reached to remind her; it is tried again.",
    "no_phone": "She has no phone of her own with us; her mentor alone is reminded.",
    "number_untrusted": "Her number may belong to somebody else now; a person must check it.",
    "no_consent": "She has not agreed to be texted.",
    "no_texts": "She chose to receive no texts.",
    "paused_by_her": "She paused her texts for a while; they begin again by themselves.",
    "erasure_asked": "She asked to be forgotten; nothing is sent unless she takes it back.",
    # how much, and when
    "cap_day": "She had already received as many texts as one day allows.",
    "cap_week": "She had already received as many texts as one week allows.",
    "quiet_hours": "It would have reached her at night.",
    # us
    "fault": "Our rules failed on this one; it is tried again and reported.",
}
