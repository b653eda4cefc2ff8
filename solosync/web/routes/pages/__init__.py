"""The pages of a browser. All work without JavaScript; with it, HTMX swaps what a form changes."""

from litestar.types import ControllerRouterHandler

from solosync.web.routes.invitations import open_invitation, use_invitation
from solosync.web.routes.pages.adding import offer_adding, show_certificate, start_adding
from solosync.web.routes.pages.board import (
    export_board,
    renew_picture,
    restore_board_version,
    show_board,
)
from solosync.web.routes.pages.boards import (
    duplicate_board,
    make_board,
    rename_board,
    restore_board,
    trash_board,
)
from solosync.web.routes.pages.devices import rename_device, show_devices, sign_out_device
from solosync.web.routes.pages.drawing import draw_board
from solosync.web.routes.pages.home import home, show_trash
from solosync.web.routes.pages.imports import import_boards
from solosync.web.routes.pages.inviting import invite_person, revoke_invitation_here
from solosync.web.routes.pages.links import open_link, use_link
from solosync.web.routes.pages.offline import show_manifest, show_offline, show_worker
from solosync.web.routes.pages.people import change_person, show_people
from solosync.web.routes.pages.settings import (
    change_password,
    change_settings,
    choose_language,
    show_settings,
)
from solosync.web.routes.pages.sharing import (
    end_listed_link,
    share_board,
    show_links,
    unshare_board,
)
from solosync.web.routes.pages.tunnel import change_tunnel
from solosync.web.routes.pairings import open_pairing, use_pairing
from solosync.web.routes.shared import (
    download_shared,
    open_shared,
    preview_shared,
    show_shared,
    unlock_shared,
)
from solosync.web.routes.sign_in import (
    ask_code,
    open_magic,
    open_registration,
    sign_in,
    sign_out_here,
    use_code,
    use_magic,
    use_registration,
)

PAGES: list[ControllerRouterHandler] = [
    home,  # GET /
    draw_board,  # GET /boards/{session_id}/draw
    show_trash,  # GET /trash
    make_board,  # POST /boards
    import_boards,  # POST /boards/import
    show_board,  # GET /boards/{session_id}
    share_board,  # POST /boards/{session_id}/share
    unshare_board,  # POST /boards/{session_id}/unshare
    show_links,  # GET /links
    end_listed_link,  # POST /links/{share_id}/end
    export_board,  # POST /boards/{session_id}/export
    renew_picture,  # POST /boards/{session_id}/picture
    restore_board_version,  # POST /boards/{session_id}/versions/{rev}/restore
    rename_board,  # POST /boards/{session_id}/rename
    duplicate_board,  # POST /boards/{session_id}/duplicate
    trash_board,  # POST /boards/{session_id}/trash
    restore_board,  # POST /boards/{session_id}/restore
    show_devices,  # GET /devices
    rename_device,  # POST /devices/{device_id}/rename
    sign_out_device,  # POST /devices/{device_id}/sign-out
    show_people,  # GET /admin/people
    change_person,  # POST /admin/people/{user_id}
    invite_person,  # POST /admin/invitations
    revoke_invitation_here,  # POST /admin/invitations/{invitation_id}/revoke
    show_settings,  # GET /settings
    change_settings,  # POST /settings
    change_tunnel,  # POST /admin/tunnel
    change_password,  # POST /settings/password
    choose_language,  # POST /language
    show_manifest,  # GET /manifest.webmanifest
    show_worker,  # GET /worker.js
    show_offline,  # GET /offline
    sign_in,  # POST /sign-in
    ask_code,  # POST /sign-in/code
    use_code,  # POST /sign-in/verify
    open_magic,  # GET /magic-verify
    use_magic,  # POST /magic-verify
    open_registration,  # GET /register
    use_registration,  # POST /register
    sign_out_here,  # POST /sign-out
    open_link,  # GET /link/{token}
    use_link,  # POST /link/{token}
    open_invitation,  # GET /invitation/{token}
    use_invitation,  # POST /invitation/{token}
    open_pairing,  # GET /pair
    use_pairing,  # POST /pair
    open_shared,  # GET /solo/shared/{token}
    unlock_shared,  # POST /solo/shared/{token}
    show_shared,  # GET /solo/shared/{token}/picture
    preview_shared,  # GET /solo/shared/{token}/preview.png
    download_shared,  # GET /solo/shared/{token}/download
    offer_adding,  # GET /devices/add
    start_adding,  # POST /devices/add
    show_certificate,  # GET /certificate.crt
]
