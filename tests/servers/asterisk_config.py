"""What an instance of the tests is configured with: stands in until `campctl backend init asterisk` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servers.asterisk import Asterisk

_MODULES = """
res_pjproject res_crypto res_timing_timerfd res_sorcery_config res_sorcery_astdb res_sorcery_memory res_sorcery_realtime res_geolocation
res_http_websocket res_websocket_client res_security_log res_musiconhold res_stasis res_stasis_device_state res_ari res_ari_model
res_ari_applications res_ari_asterisk res_ari_endpoints res_ari_events app_stasis res_rtp_asterisk res_srtp res_pjsip
res_pjsip_session res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest res_pjsip_endpoint_identifier_user
res_pjsip_endpoint_identifier_ip res_pjsip_registrar res_pjsip_outbound_registration res_pjsip_sdp_rtp res_pjsip_caller_id res_pjsip_nat
res_pjsip_pubsub res_pjsip_mwi res_pjsip_rfc3326 res_pjsip_acl res_pjsip_dtmf_info res_pjsip_refer res_pjsip_header_funcs
res_pjsip_diversion res_pjsip_geolocation res_pjsip_maintenance chan_pjsip bridge_simple bridge_native_rtp bridge_softmix bridge_holding
bridge_builtin_features codec_ulaw codec_alaw codec_resample format_gsm format_wav format_pcm format_sln pbx_config app_dial app_queue
app_playback app_verbose app_stack app_db app_originate app_userevent app_echo app_playtones app_while app_exec func_db func_callerid
func_channel func_logic func_strings func_cut func_global func_timeout func_dialplan func_math func_devstate func_env func_uuid
func_groupcount func_hangupcause func_pjsip_endpoint func_pjsip_aor func_pjsip_contact func_sorcery func_realtime func_config func_lock
func_version res_realtime res_manager_devicestate
"""

_FILES = {
    "logger.conf": "[general]\n[logfiles]\nmessages => notice,warning,error,security\n",
    "http.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = {0.http}\n",
    "ari.conf": "[general]\nenabled = yes\n[{0.user}]\ntype = user\npassword = {0.password}\n",
    "manager.conf": "[general]\nenabled = yes\nbindaddr = 127.0.0.1\nport = {0.ami}\nauthtimeout = 5\n"
    "[{0.user}]\nsecret = {0.password}\ndeny = 0.0.0.0/0\npermit = 127.0.0.1/32\nread = system,call,agent,reporting,command,user,dialplan\n"
    "write = system,call,agent,config,reporting,command,originate\nwritetimeout = 5000\n",
    "rtp.conf": "[general]\nrtpstart = {0.rtp[0]}\nrtpend = {0.rtp[1]}\n",
    "pjsip.conf": "[global]\ntype = global\ntaskprocessor_overload_trigger = pjsip_only\n"
    "[transport-udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:{0.sip}\n"
    "[trunk]\ntype = endpoint\ncontext = from-trunk\ndisallow = all\nallow = ulaw,alaw\naors = trunk\n"
    "geoloc_outgoing_call_profile = <prefer_incoming>\n"
    "[trunk]\ntype = aor\ncontact = sip:127.0.0.2:{0.carrier}\n[trunk]\ntype = identify\nendpoint = trunk\nmatch = 127.0.0.2\n",
    "sorcery.conf": "[res_pjsip]\nendpoint = config,pjsip.conf,criteria=type=endpoint\nendpoint = astdb,ps\nauth = astdb,ps\n"
    "aor = config,pjsip.conf,criteria=type=aor\naor = astdb,ps\n",
    "queues.conf": "[general]\npersistentmembers = yes\nautofill = yes\nshared_lastcall = yes\nlog_membername_as_agent = yes\n",
    "extensions.conf": "[from-trunk]\nexten => _X.,1,Queue(${{DB(did/${{EXTEN}})}})\n"
    "[campctl-internal]\nexten => _X.,1,Dial(PJSIP/${{DB(ext/${{EXTEN}})}},25)\n"
    "[campctl-national]\nexten => _X.,1,Dial(PJSIP/${{EXTEN}}@trunk,25)\n",
    **dict.fromkeys(["acl.conf", "geolocation.conf", "queuerules.conf", "pjproject.conf", "websocket_client.conf", "musiconhold.conf"], ""),
    **dict.fromkeys(["features.conf", "cdr.conf", "cel.conf", "stasis.conf", "indications.conf", "ccss.conf", "udptl.conf"], "[general]\n"),
}


def write(server: Asterisk) -> None:
    """Write `server.etc` for its ports."""
    for name, text in _FILES.items():
        (server.etc / name).write_text(text.format(server))
    loads = "".join(f"load = {module}.so\n" for module in _MODULES.split())
    (server.etc / "modules.conf").write_text(f"[modules]\nautoload = no\n{loads}")
