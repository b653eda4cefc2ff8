"""All tasks there are. Their names stand in the database: they stay."""

from solosync.jobs import exports, mail, thumbnails, upkeep
from solosync.jobs.context import Task

# What is quick, and what more people look at, before what takes long.
TASKS: dict[str, Task] = {
    "mail.send": Task("mail", mail.send, 0, mail.give_up),
    "solo.generate_thumbnail": Task("pictures", thumbnails.make, 3, thumbnails.give_up),
    "solo.generate_png_export": Task("pictures", exports.make, 2, exports.give_up),
    "solo.generate_svg_export": Task("pictures", exports.make, 2, exports.give_up),
    "solo.generate_pdf_export": Task("pictures", exports.make, 1, exports.give_up),
    "solo.cleanup_expired_shares": Task("upkeep", upkeep.clean_up_expired_shares),
    "solo.cleanup_exports": Task("upkeep", upkeep.clean_up_exports),
    "solo.cleanup_orphan_files": Task("upkeep", upkeep.clean_up_files),
    "solo.cleanup_temporary_files": Task("upkeep", upkeep.clean_up_temporary_files),
    "solo.drop_expired": Task("upkeep", upkeep.drop_expired),
    "solo.empty_trash": Task("upkeep", upkeep.empty_trash),
    "solo.give_back_space": Task("upkeep", upkeep.give_back_space),
    "solo.seal_audit": Task("upkeep", upkeep.seal_audit),
    "solo.thin_histories": Task("upkeep", upkeep.thin_histories),
}
