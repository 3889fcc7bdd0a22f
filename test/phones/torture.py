# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The messages of RFC 4475, written anew from its description of each: what is odd in them is the
RFC's, the rest is ours. Every place that anything could be sent to is an address of this machine or a
name of a domain that can't exist (RFC 2606), and the topmost Via names the sender's own socket.

A row: name (the RFC's), message, and what may come back over UDP: a status, or None for silence. Where
the RFC leaves it open, or speaks of what a server does that knows the sender, what stands here is ours:
an INVITE or REGISTER that nothing is wrong with gets the challenge, 401."""

CRLF = "\r\n"


def lines(*texts, body=""):
    return CRLF.join(texts) + CRLF + CRLF + body


OFFER = lines("v=0", "o=mhandley 29739 7272939 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1",
              "t=0 0", "m=audio 49217 RTP/AVP 0 12", "m=video 3227 RTP/AVP 31",
              "a=rtpmap:31 LPC")[:-2]
LONG = "longvalue" * 10


def row(name, message, expected):
    return name, message, expected


def corpus(me, server):
    """me: the sender's port; server: "127.0.0.1:port"."""
    via = f"Via: SIP/2.0/UDP 127.0.0.1:{me};branch="
    contact = f"Contact: <sip:caller@127.0.0.1:{me}>"

    def usual(key, method="INVITE", number=1):
        return ["Max-Forwards: 70", f"To: sip:user@{server}",
                f"From: sip:caller@127.0.0.1;tag={key}", f"Call-ID: {key}.torture.invalid",
                f"CSeq: {number} {method}", via + "z9hG4bK" + key]

    rows = []

    # -- 3.1.1: valid --
    rows.append(row("wsinv", lines(
        f"INVITE sip:vivekg@{server};unknownparam SIP/2.0",
        "TO :", f" sip:vivekg@{server} ;   tag    = 1918181833n",
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@127.0.0.1>', "  ;", "  tag = 98asjd8",
        "MaX-fOrWaRdS: 0068", "Call-ID: wsinv.ndaksdj@192.0.2.1", f"Content-Length   : {len(OFFER)}",
        "cseq: 0009", "  INVITE", "Via  : SIP  /   2.0", " /UDP", f"    127.0.0.1:{me};branch=390skdjuw",
        "s :", "NewFangledHeader:   newfangled value", " continued newfangled value",
        "UnknownHeaderWithUnusualValue: ;;,,;;,;", "Content-Type: application/sdp",
        "Route:", " <sip:services.invalid;lr;unknownwith=value;unknown-no-value>",
        "v:  SIP  / 2.0  / TCP     spindle.invalid   ;", "  branch  =   z9hG4bK9ikj8  ,",
        " SIP  /    2.0   / UDP  192.168.255.111   ; branch=", " z9hG4bK30239",
        'm:"Quoted string \\"\\"" <sip:jdrosen@127.0.0.1> ; newparam =', "      newvalue ;",
        "  secondparam ; q = 0.33", body=OFFER), 481))  # its To has a tag
    rows.append(row("intmeth", lines(
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/"
        f"crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@{server} SIP/2.0",
        via + "z9hG4bK-.!%66*_+`'~",
        'To: "BEL:\\\x07 NUL:\\\x01 DEL:\\\x7F" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@'
        f"{server}>",
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@127.0.0.1>;fromParam''~+*_!.-%="
        '"работающий";tag=_token~1\'+`*%!-.',
        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
        "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~", "Max-Forwards: 255",
        "extensionHeader-!.%*+_`'~: 大停電", "Content-Length: 0"), None))  # the stack reads no method with a backquote
    rows.append(row("esc01", lines(
        f"INVITE sip:sips%3Auser%40example.com@{server} SIP/2.0",
        f"To: sip:%75se%72@{server}", "From: <sip:I%20have%20spaces@127.0.0.1>;tag=938",
        "Max-Forwards: 87", "i: esc01.239409asdfakjkn23onasd0-3234", "CSeq: 234234 INVITE",
        via + "z9hG4bKkdjuw", "C: application/sdp",
        f"Contact: <sip:cal%6Cer@127.0.0.1:{me};%6C%72;n%61me=v%61lue%25%34%31>",
        f"Content-Length: {len(OFFER)}", body=OFFER), 401))
    rows.append(row("escnull", lines(
        f"REGISTER sip:{server} SIP/2.0", f"To: sip:null-%00-null@{server}",
        "From: sip:null-%00-null@127.0.0.1;tag=839923423", "Max-Forwards: 70",
        "Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd", "CSeq: 14398234 REGISTER",
        via + "z9hG4bKkdjuwescnull", f"Contact: <sip:%00@127.0.0.1:{me}>",
        f"Contact: <sip:%00%00@127.0.0.1:{me}>", "L:0"), 401))
    rows.append(row("esc02", lines(
        f"RE%47IST%45R sip:{server} SIP/2.0", f'To: "%Z%45" <sip:resource@{server}>',
        'From: "%Z%45" <sip:resource@127.0.0.1>;tag=f232jadfj23', "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf",
        via + "z9hG4bK209%fzsnel234", "CSeq: 29344 RE%47IST%45R", "Max-Forwards: 70",
        f"Contact: <sip:alias1@127.0.0.1:{me}>", "C%6Fntact: <sip:alias2@127.0.0.1>",
        "Contact: <sip:alias3@127.0.0.1>", "l: 0"), 501))
    rows.append(row("lwsdisp", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", f"To: sip:user@{server}",
        "From: caller<sip:caller@127.0.0.1>;tag=323", "Max-Forwards: 70",
        "Call-ID: lwsdisp.1234abcd@funky.invalid", "CSeq: 60 OPTIONS",
        via + "z9hG4bKkdjuwlws", "l: 0"), 200))
    rows.append(row("longreq", lines(
        f"INVITE sip:user@{server} SIP/2.0",
        f'To: "I have a user name of {"extreme" * 10} proportion"<sip:user@{server};'
        f"unknownparam1=very{LONG};longparam{LONG}=shortvalue;very{LONG}ParameterNameWithNoValue>",
        "F: sip:amazinglylongcallername" + "x" * 120 + "@127.0.0.1;tag=12" + "982" * 30 +
        "424;unknownheaderparam" + LONG + "=" + LONG + ";unknownValueless" + LONG,
        "Call-ID: longreq.one" + "really" * 20 + "longcallid", "CSeq: 3882340 INVITE",
        "Unknown" + "Long" * 20 + "Name: unknown-" + "long" * 20 + "-value; unknown-" + "long" * 20 +
        "-parameter-name = unknown-" + "long" * 20 + "-parameter-value",
        f"Via: SIP/2.0/UDP 127.0.0.1:{me}",
        *[f"Via: SIP/2.0/TCP sip{i}.invalid" for i in range(1, 33)],
        "v: SIP/2.0/UDP host.invalid;received=192.0.2.5;branch=very" + "long" * 40 + "branchvalue",
        "Max-Forwards: 70",
        f"Contact: <sip:amazinglylongcallername{'x' * 120}@127.0.0.1:{me}>",
        "Content-Type: application/sdp", f"l: {len(OFFER)}", body=OFFER), 401))
    second = lines(f"INVITE sip:joe@{server} SIP/2.0", f"t: sip:joe@{server}",
                   "From: sip:caller@127.0.0.1;tag=141334", "Max-Forwards: 8",
                   "Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15", "CSeq: 8 INVITE",
                   via + "z9hG4bKkdjuw380234", "Content-Type: application/sdp",
                   f"Content-Length: {len(OFFER)}", body=OFFER)
    rows.append(row("dblreq", lines(
        f"REGISTER sip:{server} SIP/2.0", f"To: sip:j.user@{server}",
        "From: sip:j.user@127.0.0.1;tag=43251j3j324", "Max-Forwards: 8",
        "I: dblreq.0ha0isndaksdj99sdfafnl3lk233412", f"Contact: sip:j.user@127.0.0.1:{me}",
        "CSeq: 8 REGISTER", via + "z9hG4bKkdjuw23492", "Content-Length: 0", body=second), 401))
    rows.append(row("semiuri", lines(
        f"OPTIONS sip:user;par=u%40example.net@{server} SIP/2.0", f"To: sip:j_user@{server}",
        "From: sip:caller@127.0.0.1;tag=33242", "Max-Forwards: 3", "Call-ID: semiuri.0ha0isndaksdj",
        "CSeq: 8 OPTIONS", "Accept: application/sdp, application/pkcs7-mime, multipart/mixed, "
        "multipart/signed, message/sip, message/sipfrag", via + "z9hG4bKkdjuwsemi", "l: 0"), 200))
    rows.append(row("transports", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", f"To: sip:user@{server}",
        "From: <sip:caller@127.0.0.1>;tag=323", "Max-Forwards: 70",
        "Call-ID: transports.kijh4akdnaqjkwendsasfdj", "Accept: application/sdp", "CSeq: 60 OPTIONS",
        via + "z9hG4bKkdjuwtransports", "Via: SIP/2.0/SCTP t2.invalid;branch=z9hG4bKklasjdhf",
        "Via: SIP/2.0/TLS t3.invalid;branch=z9hG4bK2980unddj",
        "Via: SIP/2.0/UNKNOWN t4.invalid;branch=z9hG4bKasd0f3en",
        "Via: SIP/2.0/TCP t5.invalid;branch=z9hG4bK0a9idfnee", "l: 0"), 200))
    part = lines("--7a9cbec02ceef655", "Content-Type: text/plain", "", "Hello", "--7a9cbec02ceef655",
                 "Content-Type: application/octet-stream", "Content-Transfer-Encoding: binary",
                 "", "0\x02\x01\x00*\x7f")[:-2] + "--7a9cbec02ceef655--" + CRLF
    rows.append(row("mpart01", lines(
        f"MESSAGE sip:kumiko@{server} SIP/2.0", f"To: <sip:kumiko@{server}>",
        'From: <sip:fluffy@127.0.0.1>;tag=5472', "Call-ID: mpart01.1234567",
        "CSeq: 1 MESSAGE", "Max-Forwards: 70", via + "z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport",
        "Content-Type: multipart/signed;protocol=\"application/pkcs7-signature\";"
        'micalg=sha1;boundary="7a9cbec02ceef655"', f"Content-Length: {len(part)}",
        body=part), 405))

    def response(first, key, *more):
        return lines(first, f"Via: SIP/2.0/UDP {server};branch=z9hG4bK{key}",
                     f"From: <sip:user@{server}>;tag=1928{key}", "To: <sip:user@127.0.0.1>;tag=a{key}",
                     f"Call-ID: {key}.torture.invalid", "CSeq: 35 INVITE", *more, "Content-Length: 0")
    odd = "= 2**3 * 5**2 но сто девяносто девять - простое"
    rows.append(row("unreason", response("SIP/2.0 200 " + odd, "unreason", contact), None))
    rows.append(row("noreason", response("SIP/2.0 100 ", "noreason"), None))

    # -- 3.1.2: invalid --
    rows.append(row("badinv01", lines(
        f"INVITE sip:user@{server} SIP/2.0", f"To: sip:j.user@{server}",
        "From: sip:caller@127.0.0.1;tag=134161461246", "Max-Forwards: 7",
        "Call-ID: badinv01.0ha0isndaksdjasdf3234nas", "CSeq: 8 INVITE",
        f"Via: SIP/2.0/UDP 127.0.0.1:{me};;,;,,", 'Contact: "Joe" <sip:joe@127.0.0.1>;;;;',
        f"Content-Length: {len(OFFER)}", "Content-Type: application/sdp", body=OFFER), None))  # a Via that can't be read: nobody to answer
    rows.append(row("clerr", lines(
        f"INVITE sip:user@{server} SIP/2.0", "Max-Forwards: 80", f"To: sip:j.user@{server}",
        "From: sip:caller@127.0.0.1;tag=93942939o2", contact, "Call-ID: clerr.0ha0isndaksdjweiafasdk3",
        "CSeq: 8 INVITE", via + "z9hG4bK-39234-23523", "Content-Type: application/sdp",
        "Content-Length: 9999", body=OFFER), 400))
    rows.append(row("ncl", lines(
        f"INVITE sip:user@{server} SIP/2.0", *usual("ncl"), contact,
        "Content-Type: application/sdp", "Content-Length: -999", body=OFFER), 400))
    rows.append(row("scalar02", lines(
        f"REGISTER sip:{server} SIP/2.0", via + "z9hG4bK342sdfoi3", f"To: <sip:user@{server}>",
        "From: <sip:user@127.0.0.1>;tag=239232jh3", "CSeq: 36893488147419103232 REGISTER",
        "Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32", "Max-Forwards: 300",
        "Expires: 10000000000000000000000000000000000000000",
        f"Contact: <sip:user@127.0.0.1:{me}>;expires=280297596632815", "Content-Length: 0"), 400))
    rows.append(row("scalarlg", lines(
        "SIP/2.0 503 Service Unavailable", f"Via: SIP/2.0/UDP {server};branch=z9hG4bKzzxdiwo34sw;received=127.0.0.1",
        f"To: <sip:user@{server}>", "From: <sip:other@127.0.0.1>;tag=2easdjfejw", "CSeq: 9292394834772304023312 OPTIONS",
        "Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r", "Retry-After: 949302838503028349304023988",
        'Warning: 1812 overture "In Progress"', "Content-Length: 0"), None))
    rows.append(row("quotbal", lines(
        f"INVITE sip:user@{server} SIP/2.0", f'To: "Mr. J. User <sip:j.user@{server}>',
        "From: sip:caller@127.0.0.1;tag=93334", "Max-Forwards: 10", "Call-ID: quotbal.aksdj",
        "Contact: <sip:caller@127.0.0.1>", "CSeq: 8 INVITE", via + "z9hG4bKkdjuw39234",
        "Content-Type: application/sdp", f"Content-Length: {len(OFFER)}", body=OFFER), 400))
    rows.append(row("ltgtruri", lines(
        f"INVITE <sip:user@{server}> SIP/2.0", *usual("ltgtruri"), contact,
        "Content-Type: application/sdp", f"Content-Length: {len(OFFER)}", body=OFFER), 400))
    rows.append(row("lwsruri", lines(
        f"INVITE sip:user@{server}; lr SIP/2.0", *usual("lwsruri"), contact,
        "Content-Type: application/sdp", f"Content-Length: {len(OFFER)}", body=OFFER), None))
    rows.append(row("lwsstart", lines(
        f"INVITE  sip:user@{server}  SIP/2.0", *usual("lwsstart"), contact,
        "Content-Type: application/sdp", f"Content-Length: {len(OFFER)}", body=OFFER), 401))
    rows.append(row("trws", lines(
        f"OPTIONS sip:remote-target@{server} SIP/2.0  ", via + "z9hG4bK299342093",
        f"To: <sip:remote-target@{server}>", "From: <sip:local-resource@127.0.0.1>;tag=329429089",
        "Call-ID: trws.oicu34958239neffasdhr2345r", "Accept: application/sdp", "CSeq: 238923 OPTIONS",
        "Max-Forwards: 70", "Content-Length: 0"), 200))
    rows.append(row("escruri", lines(
        f"INVITE sip:user@{server}?Route=%3Csip:127.0.0.1%3E SIP/2.0", *usual("escruri"), contact,
        "Content-Type: application/sdp", f"Content-Length: {len(OFFER)}", body=OFFER), 401))
    rows.append(row("baddate", lines(
        f"INVITE sip:user@{server} SIP/2.0", *usual("baddate"), "Date: Fri, 01 Jan 2010 16:00:00 EST",
        contact, "Content-Type: application/sdp", f"Content-Length: {len(OFFER)}", body=OFFER),
        401))
    rows.append(row("regbadct", lines(
        f"REGISTER sip:{server} SIP/2.0", *usual("regbadct", "REGISTER"),
        "Contact: sip:user@127.0.0.1?Route=%3Csip:sip.invalid%3E", "l: 0"), 400))
    rows.append(row("badaspec", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", via + "z9hG4bKbadaspec",
        "Max-Forwards: 70", f'To: "Watson, Thomas" < sip:t.watson@{server} >',
        'From: "Bell, Alexander" <sip:a.g.bell@127.0.0.1>;tag=badaspec',
        "Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3", "Accept: application/sdp",
        "CSeq: 3923239 OPTIONS", "l: 0"), 200))
    rows.append(row("baddn", lines(
        f"OPTIONS sip:t.watson@{server} SIP/2.0", via + "z9hG4bKbaddn",
        "Max-Forwards: 70", f"To: sip:t.watson@{server}",
        "From: Bell, Alexander <sip:a.g.bell@127.0.0.1>;tag=43", "Call-ID: baddn.31415@c.invalid",
        "Accept: application/sdp", "CSeq: 3923239 OPTIONS", "l: 0"), 400))
    rows.append(row("badvers", lines(
        f"OPTIONS sip:t.watson@{server} SIP/7.0", f"Via: SIP/7.0/UDP 127.0.0.1:{me};branch=z9hG4bKkdjuwbadvers",
        "Max-Forwards: 70", f"To: sip:t.watson@{server}", "From: <sip:a.g.bell@127.0.0.1>;tag=qweoiqpe",
        "Call-ID: badvers.31417@c.invalid", "CSeq: 1 OPTIONS", "l: 0"), 505))
    rows.append(row("mismatch01", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", f"To: sip:j.user@{server}",
        "From: sip:caller@127.0.0.1;tag=34525", "Max-Forwards: 6", "Call-ID: mismatch01.dj0234sxdfl3",
        "CSeq: 8 INVITE", via + "z9hG4bKkdjuwmismatch", "l: 0"), 400))
    rows.append(row("mismatch02", lines(
        f"NEWMETHOD sip:user@{server} SIP/2.0", f"To: sip:j.user@{server}",
        "From: sip:caller@127.0.0.1;tag=34525", "Max-Forwards: 6", "Call-ID: mismatch02.dj0234sxdfl3",
        "CSeq: 8 INVITE", contact, via + "z9hG4bKkdjuwmismatch2", "Content-Type: application/sdp",
        f"l: {len(OFFER)}", body=OFFER), 400))
    rows.append(row("bigcode", response("SIP/2.0 4294967301 better not break the receiver",
                                        "bigcode", contact), None))

    # -- 3.2: transactions --
    rows.append(row("badbranch", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", f"To: sip:user@{server}",
        "From: sip:caller@127.0.0.1;tag=33242", "Max-Forwards: 3",
        f"Via: SIP/2.0/UDP 127.0.0.1:{me};branch=z9hG4bK", "Accept: application/sdp",
        "Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n", "CSeq: 8 OPTIONS", "l: 0"), 200))

    # -- 3.3: applications --
    rows.append(row("insuf", lines(
        f"INVITE sip:user@{server} SIP/2.0", "CSeq: 193942 INVITE", via + "z9hG4bKkdj.insuf",
        "Content-Type: application/sdp", f"l: {len(OFFER)}", body=OFFER), 400))
    rows.append(row("unkscm", lines(
        "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", f"To: sip:user@{server}",
        "From: sip:caller@127.0.0.1;tag=384", "Max-Forwards: 3",
        "Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34", "CSeq: 3923423 OPTIONS", via + "z9hG4bKkdjuwunkscm",
        "Content-Length: 0"), 416))
    rows.append(row("novelsc", lines(
        "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", f"To: sip:user@{server}",
        "From: sip:caller@127.0.0.1;tag=384", "Max-Forwards: 3",
        "Call-ID: novelsc.asdfasser0q239nwsdfasdkl34", "CSeq: 3923423 OPTIONS", via + "z9hG4bKkdjuwnovelsc",
        "Content-Length: 0"), 416))
    rows.append(row("unksm2", lines(
        f"REGISTER sip:{server} SIP/2.0", "To: isbn:2983792873", "From: <http://www.invalid>;tag=3234233",
        "Call-ID: unksm2.daksdj@hyphenated-host.invalid", "CSeq: 234902 REGISTER", "Max-Forwards: 70",
        via + "z9hG4bKkdjuwunksm2", "Contact: <name:John_Smith>", "l: 0"), 401))
    rows.append(row("bext01", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", f"To: sip:j_user@{server}",
        "From: sip:caller@127.0.0.1;tag=242etr", "Max-Forwards: 6", "Call-ID: bext01.0ha0isndaksdj",
        "Require: nothingSupportsThis, nothingSupportsThisEither",
        "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis", "CSeq: 8 OPTIONS",
        via + "z9hG4bKkdjuwbext", "Content-Length: 0"), 420))
    rows.append(row("invut", lines(
        f"INVITE sip:user@{server} SIP/2.0", *usual("invut"), contact,
        "Content-Type: application/unknownformat", "Content-Length: 40",
        body="<audio>" + CRLF + " <pcmu port=\"443\"/>" + CRLF + "</audio>" + CRLF), 401))
    rows.append(row("regaut01", lines(
        f"REGISTER sip:{server} SIP/2.0", *usual("regaut01", "REGISTER"), contact,
        "Authorization: NoOneKnowsThisScheme opaque-data=here", "Content-Length:0"), 401))
    rows.append(row("multi01", lines(
        f"INVITE sip:user@{server} SIP/2.0", "CSeq: 5 INVITE", via + "z9hG4bKmulti1",
        "From: sip:caller@127.0.0.1;tag=23234", f"To: sip:user@{server}", "Call-ID: multi01.98asdh@192.0.2.1",
        "CSeq: 59 INVITE", "Call-ID: multi01.98asdh@192.0.2.2", "From: sip:caller@127.0.0.1;tag=3413415",
        f"To: sip:user@{server}", f"To: sip:other@{server}", "From: sip:caller@127.0.0.1;tag=2923420123",
        "Content-Type: application/sdp", f"l: {len(OFFER)}", contact, "Max-Forwards: 5",
        body=OFFER), 400))
    rows.append(row("mcl01", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", *usual("mcl01", "OPTIONS"), "Accept: application/sdp",
        "Content-Type: text/plain", "Content-Length: 13", "Content-Length: 5",
        body="There's no way to know how many octets are supposed to be here."), 400))
    rows.append(row("bcast", lines(
        "SIP/2.0 200 OK", "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923",
        "Call-ID: bcast.1232134", "CSeq: 35 INVITE", "From: <sip:user@127.0.0.1>;tag=11141343",
        "To: <sip:user@127.0.0.1>;tag=2229", contact, "Content-Length: 0"), None))
    rows.append(row("zeromf", lines(
        f"OPTIONS sip:user@{server} SIP/2.0", f"To: sip:user@{server}",
        "From: sip:caller@127.0.0.1;tag=3ghsd41", "Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas",
        "CSeq: 39234321 OPTIONS", via + "z9hG4bKkdjuw2349i", "Max-Forwards: 0", "Content-Length: 0"), 200))
    rows.append(row("cparam01", lines(
        f"REGISTER sip:{server} SIP/2.0", *usual("cparam01", "REGISTER"),
        f"Contact: sip:+19725552222@127.0.0.1:{me};unknownparam", "l: 0"), 401))
    rows.append(row("cparam02", lines(
        f"REGISTER sip:{server} SIP/2.0", *usual("cparam02", "REGISTER"),
        f"Contact: <sip:+19725552222@127.0.0.1:{me};unknownparam>", "l: 0"), 401))
    rows.append(row("regescrt", lines(
        f"REGISTER sip:{server} SIP/2.0", *usual("regescrt", "REGISTER"),
        f"Contact: <sip:user@127.0.0.1:{me}?Route=%3Csip:sip.invalid%3E>", "L:0"), 401))
    rows.append(row("sdp01", lines(
        f"INVITE sip:user@{server} SIP/2.0", *usual("sdp01"), contact, "Accept: text/nobodyKnowsThis",
        "Content-Type: application/sdp", f"l: {len(OFFER)}", body=OFFER), 401))

    # -- 3.4: backward compatibility --
    rows.append(row("inv2543", lines(
        f"INVITE sip:UserB@{server} SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{me}",
        "From: <sip:UserA@127.0.0.1>;tag=9fxced76sl", f"To: sip:UserB@{server}",
        "Call-ID: inv2543.1717@127.0.0.1", "CSeq: 4 INVITE", f"Contact: <sip:UserA@127.0.0.1:{me}>",
        "Content-Type: application/sdp", f"l: {len(OFFER)}", body=OFFER), 401))
    return rows
