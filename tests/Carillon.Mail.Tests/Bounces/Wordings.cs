namespace Carillon.Mail.Tests.Bounces;

/// <summary>What mail servers say when they refuse, by what they mean.</summary>
internal static class Wordings
{
    public static readonly IReadOnlyDictionary<string, string> ByReason = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["UserUnknown"] =
            """
            550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. Learn more at https://support.google.com/mail/?p=NoSuchUser - gsmtp
            550 sorry, no mailbox here by that name. (#5.1.1)
            550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
            550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
            550 No such user here
            550-5.1.1 <kim@example.org> is not a valid mailbox
            550 Invalid recipient
            550 unrouteable mail address: no such local user RCPT
            554 delivery error: dd This user doesn't have a yahoo.com account (kim@yahoo.com) [0] - mta1.example.com
            550 5.1.1 <kim@example.org>: Recipient address rejected: User unknown in local recipient table
            550 5.1.1 <kim@example.org>: Recipient address rejected: undeliverable address: host mx[1.2.3.4] said: 550 no such user
            550 RCPT TO:<kim@example.org> User unknown
            553 sorry, this recipient is not in my validrcptto list (#5.7.1)
            550 #5.1.0 Address rejected kim@example.org
            511 sorry, no mailbox here by that name
            550 Account kim does not exist
            550 5.1.1 Addressee unknown, relay=[1.2.3.4]
            550 Mailbox unavailable
            550 Requested action not taken: mailbox unavailable
            550 User not local
            550 unknown local part kim in <kim@example.org>
            550 5.1.1 not our customer
            550 5.1.1 Recipient unknown.
            550 Utilisateur inconnu
            550 5.1.1 Mailbox <kim@example.org> does not exist
            550 cuda_nsu <kim@example.org>: Recipient address rejected: No such user
            550 invalid address
            553 5.3.0 <kim@example.org>... Addressee unknown
            550 Requested action not taken: mailbox unavailable For explanation visit https://postmaster.gmx.net/en/error-messages
            550 <kim@example.org>: unknown account
            550 kim@example.org no such address here
            550 This address no longer accepts mail.
            550 5.1.1 user no longer valid
            550 Address invalid
            550 kim... user is unknown
            550 No account by that name here
            554 5.1.1 No such recipient
            550 5.0.0 This account does not exist
            550 5.4.1 Recipient address rejected: Access denied. AS(201806281)
            550 Invalid Recipient - https://community.example.com/docs/DOC-1369#550
            550 Mailbox not found. http://service.example.com/cgi-bin/help
            552 1 Requested mail action aborted, mailbox not found
            550 5.1.0 Adresse d au moins un destinataire invalide. Invalid recipient. OFR004_416 [416]
            550 recipient address unknown
            550 Unknown address
            550 Not a valid recipient
            550 Nobody by that name here
            553 5.1.1 Invalid address
            550 User kim@example.org does not exist here
            550 RCPT rejected: user does not exist
            550 no valid recipients were found for this message
            550 email address lookup in domain failed
            550 There is no such user
            550 5.1.1 Recipient does not exist
            550 kim is not a known user
            550 person not here
            550 kim@example.org: mail for this address is not accepted: unknown
            550 This email address is wrong or no longer valid
            553 5.1.2 We have no user by that name
            551 delivery not allowed to non-local recipient: user unknown
            554 Recipient address rejected: no such account
            550 5.1.1 sorry, user does not have an account here
            550 destinataire inconnu
            550 El usuario no existe
            550 Empfänger unbekannt
            550 5.1.1 unknown or illegal alias: kim@example.org
            550 Requested mail action not taken: mailbox unavailable; not local
            550 5.7.1 Invalid recipient kim@example.org (Mode: normal)
            550 kim@example.org is not a valid mailbox
            550 no existe el destinatario
            554 5.1.1 Recipient address does not exist
            550 Sorry, I don't know that user
            550 User email address is marked as invalid
            550 destination address does not exist
            550 RESOLVER.ADR.ExRecipNotFound; not found
            550 5.1.1 Bad destination mailbox address
            550 5.1.1 No such mailbox
            553 kim@example.org does not exist
            550 Recipient mailbox not found
            550 illegal user
            550 5.1.3 Invalid address syntax
            501 5.1.3 Bad recipient address syntax
            550 Delivery to this recipient is not possible: account cancelled
            550 This person no longer works here
            550 5.1.1 unresolvable address
            550 relay recipient unknown
            550 Cannot find user
            450 4.1.1 <kim@example.org>: Recipient address rejected: unverified address: unknown user
            553 5.1.1 mailbox name invalid
            """,
        ["MailboxFull"] =
            """
            552 5.2.2 The email account that you tried to reach is over quota. Please direct the recipient to clean up. gsmtp
            452 4.2.2 The email account that you tried to reach is over quota
            550 5.2.2 <kim@example.org>: user is over quota
            554 5.2.2 mailbox full
            552 Mailbox size limit exceeded
            550 Quota exceeded (mailbox for user is full)
            452 Requested action not taken: insufficient system storage
            552 RCPT TO:<kim@example.org> Mailbox disk quota exceeded
            554 5.2.2 STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception
            552 sorry, that mailbox is over quota (#5.2.2)
            550 mailbox is full (MTA-imap)
            552 Requested mail action aborted: exceeded storage allocation
            550 Not enough storage space
            452 4.1.1 <kim@example.org> User is overquota
            550 Mailbox quota usage exceeded
            422 4.2.2 user has no space left
            552 5.2.2 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]
            552 5.2.2 Over quota
            The user's space has been used up
            mailbox has exceeded the limit
            450 4.2.2 mailbox is full, try again later
            recipient reached disk quota
            account is exceeding its quota
            The message could not be delivered: insufficient disk space
            452 4.2.2 The recipient's inbox is out of storage space
            550 5.7.1 mailbox for user is full
            550 5.2.2 mail box full
            554 user has exceeded quota, bouncing mail
            452 4.2.2 Over Quota
            550 User's mailbox is over the allowed size
            552 Not enough disk space in mailbox
            550 user over storage limit
            The recipient's mailbox is full and can't accept messages now.
            550 exceeds mailbox quota
            Mailbox currently full
            """,
        ["Suspend"] =
            """
            554 delivery error: dd Sorry your message to kim@example.org cannot be delivered. This account has been disabled or discontinued [#102].
            550 5.2.1 The email account that you tried to reach is inactive. Learn more at link
            550 5.2.1 <kim@example.org>... Mailbox disabled for this recipient
            550 User account is suspended
            550 Account inactive
            554 The user account is deactivated
            550 User is inactive
            550 5.2.1 This mailbox has been blocked due to inactivity
            550 RCPT TO:<kim@example.org> Mailbox disabled
            525 5.7.13 Disabled recipient address
            550 recipient's account is locked
            550 mailbox temporarily disabled: kim@example.org
            554 Account is not active, user has abandoned
            554 30 Sorry, your message to kim@example.com cannot be delivered. This mailbox is disabled (554.30).
            550 5.5.0 Boite du destinataire archivee. Archived recipient. LPN007_420
            550 5.5.0 Le compte du destinataire est bloque. Account blocked.
            550 5.1.1 mailbox is inactive
            550 User has been suspended
            550 recipient is disabled
            554 account expired
            550 email account has been locked
            550 This account has been temporarily suspended. Please try again later.
            550 The mailbox for kim@example.org is currently suspended
            550 This mailbox has been disabled
            550 5.2.1 Inactive user
            554 5.2.1 mailbox is currently unavailable: account suspended
            550 email address has been deactivated
            553 5.2.1 recipient's account is blocked
            """,
        ["HostUnknown"] =
            """
            550 5.1.2 <kim@exampl.org>... Host unknown (Name server: exampl.org: host not found)
            Host or domain name not found. Name service error for name=exampl.org type=AAAA: Host not found
            all relevant MX records point to non-existent hosts
            Unrouteable address
            Domain example.org does not exist
            Illegal host/domain name found
            Sorry, I couldn't find any host by that name. (#4.1.2)
            554 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain
            unable to resolve domain
            Host unknown
            No such domain
            550 Domain is invalid
            Name or service not known
            no route to domain: DNS says it does not exist
            unresolvable domain name
            Could not find a gateway for kim@example.org: host unknown
            550 5.1.2 Bad destination system: no such domain
            Invalid domain
            Host not found
            Domain Not Found
            550 DNS lookup for exampl.org: no such domain
            550 Unable to resolve example.org
            No A, AAAA or MX record for exampl.org
            Unknown host: kim@exampl.org
            unrouteable mail domain "exampl.org"
            all host address lookups failed permanently
            lookup of host "exampl.org" failed: domain unknown
            """,
        ["HasMoved"] =
            """
            551 User not local; please try <kim@example.com>
            550 5.1.6 recipient has moved to kim@example.com
            550 The recipient's address has changed, new address is kim@example.net
            550 5.1.6 recipient no longer on server: kim@example.org
            """,
        ["NotAccept"] =
            """
            556 5.1.10 Domain example.org does not accept mail (null MX)
            521 example.org does not accept mail
            550 host does not accept mail
            Domain example.org does not accept mail (nullMX)
            550 This domain does not accept email
            host/domain does not accept mail
            521 5.2.1 this server does not accept any mail
            554 no SMTP service here
            550 5.3.2 System not accepting messages
            550 this host does not receive mail for this domain
            No MX record found for domain
            mail to this domain is not accepted
            """,
        ["Expired"] =
            """
            connect to mx.example.org[192.0.2.1]:25: Connection timed out
            delivery temporarily suspended: connect to mx.example.org[192.0.2.1]: Operation timed out
            Message could not be delivered for 5 days
            retry timeout exceeded
            4.4.7 Delivery expired (message too old) [Default] timeout
            Sorry, I wasn't able to establish a connection, message has been in the queue too long.
            550 4.4.7 QUEUE.Expired; message expired
            conversation with mx.example.org[192.0.2.1] timed out while receiving the initial server greeting
            Delivery time expired
            unable to connect to host
            421 Server too busy, try later, connection timed out
            Your message has not been delivered for 4 hours: still trying
            Could not send message for past 4 hours
            Delivery attempt failed: no answer from host
            451 4.4.1 Unable to reach destination server
            message has expired
            was not delivered within the specified time
            Operation timed out
            host unreachable
            451 4.4.2 Timeout - closing connection
            unable to deliver: connection to mail server timed out
            Delivery failed: retry limit exceeded
            Message expired for domain example.org
            550 5.4.7 Delivery expired (message too old) 421 too busy
            delivery not possible for 3 days, returned
            Server did not respond
            TCP connection to destination host failed
            """,
        ["NetworkError"] =
            """
            lost connection with mx.example.org[192.0.2.1] while sending RCPT TO
            554 5.4.6 Too many hops
            554 5.4.6 hop count exceeded - possible mail loop
            5.4.14 Hop count exceeded - possible mail loop ATTR1
            554 5.4.6 mail forwarding loop for kim@example.org
            Network is unreachable
            Host not found, try again
            Name server timeout
            DNS temporary failure
            550 mail loop detected
            554 mail server is looping
            554 Too many received headers, possible loop
            connection closed unexpectedly
            Connection was closed by foreign host
            4.4.2 Connection dropped
            554 5.4.6 Routing loop detected: infinite loop
            550 message loop
            552 5.4.6 exceeded maximum hop count
            Deferred: Name server: example.org.: host name lookup failure
            DNS server returned an error
            bad DNS response
            lost connection during conversation
            connection reset by peer
            """,
        ["Blocked"] =
            """
            554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1
            550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140)
            550 SC-001 (BAY004) Unfortunately, messages from 192.0.2.1 weren't sent.
            554 5.7.1 Your IP address 192.0.2.1 is blacklisted
            421 4.7.1 : (DYN:T1) https://postmaster.example.com - access from dynamic IP ranges refused
            550 Your IP is in RBL
            553 5.3.0 Spam blocked see: http://spamcop.net/bl.shtml?192.0.2.1
            571 IP address rejected by policy
            550 5.7.1 Access denied, banned sending IP [192.0.2.1]
            554 5.7.1 <mail.example.com[192.0.2.1]>: Client host rejected: Access denied
            554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access from your network denied
            501 5.0.0 Invalid domain name
            550 HELO rejected: invalid host name
            504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname
            554 <mail.example.com>: EHLO rejected
            521 5.2.1 : AOL will not accept delivery of this message. (CON:B1)
            connect to mx.example.org[192.0.2.1]:25: Connection refused
            554 5.7.1 You are not allowed to connect.
            550 5.7.1 Mail from IP 192.0.2.1 was rejected due to listing in Spamhaus SBL
            554 Connection refused by policy - your IP is listed
            550 We do not accept mail from hosts with dynamic IP or generic DNS PTR-records
            421 too many errors from your IP
            550 Blacklisted by SORBS
            550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1
            550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal from this list please contact
            550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.
            550 Connection denied
            553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.
            553 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list
            554 IP address is black listed.
            554 Access denied - 192.0.2.1 is listed
            550 Blocked - see link
            550 5.7.1 Mail server at 192.0.2.1 is blocked
            550 Denied by ip blacklist
            550 Connection rejected by policy [7.3] 123, please visit
            554 Your host has been blocked by our administrator
            450 4.7.1 <mail.example.com>: Helo command rejected: Host not found
            550 Your server's hostname is not fully qualified
            554 5.7.1 Your mail server has been blacklisted
            550 The server IP 192.0.2.1 is not allowed to send mail to us
            550 IP 192.0.2.1 is locally blacklisted
            421 Connection refused, you are on a blocklist
            550 5.7.1 Recipient rejected your IP address
            550 Message rejected because your server is on the UCEPROTECT list
            554 Sorry, your mail host has been banned
            550 5.7.1 Client host [192.0.2.1] blocked by zen.example
            554 mx.example.org ESMTP not accepting messages from you
            554 Your access to this mail system has been rejected
            421 4.7.0 192.0.2.1 is not allowed to connect
            550 HELO domain does not exist
            501 HELO requires valid address
            554 5.7.1 Blocked for abuse. See link
            550 Email blocked by 192.0.2.1 blocklist
            550 5.7.1 Mail from your network is refused
            550 sender IP must resolve
            550 Bad HELO - Host impersonating [example.org]
            550 Go away
            554 5.7.1 rejected, dynamic IP address. Use your provider's relay
            550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)
            550 your mail server IP is on a dnsbl
            550 5.7.1 This system has been configured to reject your mail: IP listed at bl.example
            554 5.7.0 Your message could not be delivered: host is blacklisted
            550-Verification failed: HELO does not match
            """,
        ["RequirePtr"] =
            """
            550 5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup, or the corresponding forward DNS entry does not point to the sending IP.
            450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]
            450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]
            550 Fix reverse DNS for 192.0.2.1
            554 IP=192.0.2.1 - None/bad reverse DNS
            554 5.7.1 Reverse DNS (PTR) lookup failed
            550 5.7.1 Client does not have permissions to submit mail to this server. No PTR record
            550 Reverse DNS lookup failed for host
            421 Temporarily rejected. Reverse DNS for 192.0.2.1 failed. IB108
            554 No SMTP service. Bad DNS PTR resource record.
            450 4.7.1 Client host rejected: cannot find your reverse hostname
            550 Sorry, mail server without reverse DNS
            550 your IP has no reverse DNS
            """,
        ["BadReputation"] =
            """
            550 5.7.1 [192.0.2.1] Our system has detected that this message is suspicious due to the very low reputation of the sending IP address
            554-IronPort: Your access to this mail system has been rejected due to the sending MTA's poor reputation.
            421 4.7.0 reputation of the sender IP is too low
            550 local CT IP reputation - (reject)
            554 IB103 Connection refused. 192.0.2.1 has a poor reputation on Cloudmark Sender Intelligence (CSI).
            """,
        ["TooManyConn"] =
            """
            421 4.7.0 Too many connections from your IP
            421 4.4.5 Too many concurrent SMTP connections
            450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.
            452 4.5.3 Too many recipients
            421 RP-001 The mail server IP connecting to Outlook.com server has exceeded the rate limit allowed
            451 4.7.500 Server busy. Too many messages. Throttled
            550 5.4.5 Daily sending quota exceeded
            421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address
            550 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour
            432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded
            550 Domain frequency limited
            550 Connection frequency limited
            550 Sender frequency limited
            421 Too many connections, slow down. OFR004_104 [104]
            421 too many concurrent sessions
            452 4.3.1 too many recipients for sender
            421 4.7.0 Maximum number of concurrent connections reached
            451 rate limited, please slow down
            550 You have exceeded the maximum number of messages per hour
            450 4.7.1 Error: too much mail from 192.0.2.1
            421 4.7.0 Too many messages for this session
            421 connection limit exceeded for host
            451 4.7.1 rate limit reached for your server
            554 5.7.1 sending limit exceeded
            550 maximum number of recipients exceeded
            452 Too many recipients received this hour
            """,
        ["AuthFailure"] =
            """
            550-5.7.26 This message does not have authentication information or fails to pass authentication checks (SPF or DKIM).
            550 5.7.1 SPF unauthorized mail is prohibited.
            550 5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 SPF check failed
            554 5.7.5 Permanent Error Evaluating DMARC policy
            550 5.7.1 Email rejected per DMARC policy for example.com
            554 5.7.9 Message not accepted due to domain's DMARC policy
            550 DKIM signature verification failed
            550 5.7.1 <kim@example.org>: Recipient address rejected: SPF fail - not authorized
            550 5.7.1 Message rejected due to SPF policy
            550 5.7.1 Your message was rejected due to example.jp's DMARC policy
            550 5.7.26 Unauthenticated email is not accepted from this domain
            550-5.7.26 This message does not pass authentication checks (SPF and DKIM both do not pass).
            550 5.7.1 Sender ID (PRA) Not Permitted / SPF hard fail
            550 DMARC failure: message rejected
            554 5.7.1 SPF check: domain of news@example.com does not designate 192.0.2.1 as permitted sender
            550 DKIM: missing signature
            451 4.7.26 Unauthenticated mail rate limited: DKIM = did not pass
            """,
        ["NoRelaying"] =
            """
            554 5.7.1 <kim@example.org>: Relay access denied
            550 5.7.1 Unable to relay
            550 relaying denied
            550 5.7.1 <kim@example.org>... Relaying denied. Proper authentication required.
            550 relay not permitted
            553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)
            550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain
            550 We don't relay mail
            550 Relaying mail to kim@example.org is not allowed
            550 5.7.64 TenantAttribution; Relay Access Denied
            550 5.7.1 relaying not permitted
            550 not permitted to relay through this server
            553 we do not relay for example.org
            550 This host does not relay mail to example.org
            551 we do not accept mail for this domain: relaying denied
            """,
        ["SpamDetected"] =
            """
            554 5.7.1 Message rejected as spam by Content Filtering
            550 5.7.1 Message contains spam or virus or sender is blocked
            550 This message looks like spam
            554 rejected due to spam content
            550-5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.
            550 High probability of spam
            554 5.7.1 The message from (<a@example.com>) with the subject of (x) matches a profile the Internet community may consider spam. Please revise your message before resending.
            550 JunkMail rejected - mail.example.com [192.0.2.1]:1234 is in an RBL
            554 Denied (Mode: normal) spam score too high
            550 Mail content denied
            571 Message Refused: spam
            550 Mail content denied. http://service.example.com
            550 Suspected spam
            552 This message has been rejected due to content judged to be spam by the internet community IB212
            550 5.5.0 Spam detecte. Spam detected
            550 5.7.1 Message scored too high on spam scale
            554 Sorry, message looks like spam to me
            550 Rejected: classified as bulk mail
            554 Message refused by Mailguard anti-spam
            550 Your message has been identified as SPAM
            554 Content filter rejection
            554 5.7.1 Blacklisted URL in message
            550 Message rejected because of unsolicited content
            554 5.7.1 spam message rejected
            550 identified as spam by our filter
            550 5.7.1 Message considered as unsolicited
            550 This message scored 15.2 spam points.
            554 5.2.0 Message rejected: contains spam URL
            550 Message classified as junk
            552 5.2.0 suspected spam
            """,
        ["VirusDetected"] =
            """
            554 5.7.1 Virus found in message
            550 5.7.1 The message contains a virus
            552 Message contains malware (Sanesecurity.Foxhole)
            550 This message contains malware
            554 message infected with Eicar-Test
            550 Your message contained a virus: Win32
            554 Virus(es) detected
            """,
        ["ContentError"] =
            """
            554 5.6.0 Message contains invalid header
            550 5.6.0 improper use of 8-bit data in message header
            554 5.6.0 Invalid MIME header
            550 maximum allowed line length is 998 octets, got 1500
            554 5.6.1 Body type not supported
            550 5.6.0 Lone CR or LF in headers
            554 invalid characters in subject header
            554 5.6.0 Corrupt message content
            552 Header too large
            554 message format error: malformed header
            550 5.6.0 M2MCVT.StorageError; storage error in content conversion
            """,
        ["NotCompliantRfc"] =
            """
            550 5.7.1 Messages missing a valid address in From: header, or having multiple addresses in From: header are not accepted. RFC 5322
            550-5.7.1 This message is not RFC 5322 compliant, the issue is: duplicate From headers.
            550 Message is not RFC 2822 compliant
            """,
        ["MesgTooBig"] =
            """
            552 5.3.4 Message size exceeds fixed limit
            552 5.3.4 Message too big for system
            552 message size exceeds maximum value
            554 5.3.4 Message too large
            550 message too big
            554 Maximum email size exceeded
            550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route
            552 5.3.4 Error: message file too big
            552 message exceeds maximum fixed size
            550 the message is too large, maximum size is 10 MB
            523 the message size exceeds the limit
            552 sorry, that message size exceeds my databytes limit (#5.3.4)
            552 5.3.4 Message is larger than allowed
            552 the message exceeds the size limit of 20480 KB
            550 Message exceeds maximum message size
            """,
        ["ExceedLimit"] =
            """
            550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient
            552 5.2.3 Message exceeds maximum fixed size
            552 5.2.3 Message length exceeds administrative limit
            """,
        ["Rejected"] =
            """
            550 5.7.1 Sender rejected
            553 5.1.8 <a@example.com>... Domain of sender address a@example.com does not exist
            550 5.1.0 <a@example.com> sender rejected : invalid sender domain
            550 Sender verify failed
            554 5.7.1 <a@example.com>: Sender address rejected: Access denied
            550 5.7.1 You are not allowed to send to this list
            553 Invalid sender
            550 The sender's address is blacklisted
            550 sender denied
            550 <a@example.com>: Sender address rejected: User unknown in virtual mailbox table
            554 5.7.1 message rejected: email from this domain not accepted
            550 Mail from example.com is not accepted
            550 message sender rejected
            550 5.1.8 Access denied, bad outbound sender AS(42004)
            550 you are not allowed to post to this mailing list
            550 Sender address does not exist
            554 5.7.1 Sender domain not found
            550 5.1.7 invalid sender address
            553 From address must match authenticated address
            550 sorry, your envelope sender has been denied (#5.7.1)
            553 5.5.4 <news>... Domain name required for sender address news
            553 5.1.8 Domain of sender address does not resolve
            550 5.7.1 Sending domain not accepted
            550 5.7.1 Message rejected by the recipient's domain: sender is blocked
            553 5.7.1 Sender is on our blacklist
            550 Message sent from an unauthorized sender
            450 4.1.8 <news@example.com>: Sender address rejected: Domain not found
            554 you are not on the sender whitelist
            550 Only members can post to this list
            551 5.7.1 Your email address is blacklisted
            550 Sender address rejected
            550 5.1.8 Sender domain must exist
            550 Verification failed for <news@example.com> Sender verify failed
            550 Could not complete sender verify callout
            553 Envelope sender domain does not exist
            550 Invalid sender domain. Check DNS settings.
            550 5.7.1 You do not have permission to send to this recipient
            550 Sender is not authorized to send to this group
            550 mail from example.com refused
            550 Sender denied as sender's email address is on a spam blacklist
            550 the sender's mailbox is not local
            554 Denied: sender on local blacklist
            550 message from this sender is refused
            552 your From address is not accepted here
            550 Return path rejected
            501 5.1.7 Bad sender address syntax
            553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)
            """,
        ["Filtered"] =
            """
            550 5.2.0 Recipient has rejected mail from this sender
            550 Blocked by recipient
            550 User reject
            550 5.7.1 Refused by recipient
            550 Mail is rejected by recipients
            550 5.7.1 RCP-P1 http://postmaster.example.com Refused due to recipient preferences
            550 5.1.1 user does not want to receive mail from you
            550 This user does not accept mail from your address
            550 Rejected by recipient's filter
            550 This message was filtered
            554 5.7.1 Recipient refuses mail
            """,
        ["PolicyViolation"] =
            """
            550 5.7.1 This message violates example.com email policy. - gcdp
            550 5.7.1 Message rejected due to policy restrictions
            554 5.7.1 Rejected by local policy
            552 5.7.0 Our system detected an illegal attachment on your message.
            550 rejected due to policy reasons
            550 Administrative prohibition
            554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554
            554 5.7.1 [CS01] Message rejected due to local policy.
            550 5.7.1 [HM08] Message rejected due to local policy. Please visit https://support.example.com
            554 5.7.1 POL-P7 Message refused due to policy
            554 Message not allowed - [PH01] Email not accepted for policy reasons.
            550 5.7.1 Message rejected. Company policy.
            554 Attachment type not allowed. File "a.exe" has unacceptable extension
            550 rejected due to content policy: file extension
            554 5.7.1 Email not accepted for policy reasons
            550 Message rejected due to possible security risk policy
            550 5.7.0 Local Policy Violation
            550 5.7.1 Message violates policy
            552 5.7.0 This message was blocked because its content presents a potential security issue.
            554 transport rule: delivery not authorized, message refused by policy
            550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy
            550 Message denied by policy
            """,
        ["SecurityError"] =
            """
            550 5.7.1 RESOLVER.RST.AuthRequired; authentication required
            550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized
            550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required
            550 5.7.1 Unauthorized
            535 5.7.8 Authentication credentials invalid
            530 5.7.0 Must issue a STARTTLS command first
            530 5.7.1 Authentication required
            550 Authentication required for relay
            550 Rejected by header based Anti-Spoofing policy: kim@example.com
            530 5.7.57 SMTP; Client was not authenticated to send anonymous mail
            550 5.7.1 Command rejected
            550 5.7.1 Message refused
            554 5.7.0 Reject
            550 5.7.1 Access denied
            550 5.7.1 Delivery not authorized, message refused
            554 5.7.1 Permission denied
            550 5.7.0 Authentication failed
            """,
        ["SystemError"] =
            """
            451 4.3.0 Temporary lookup failure
            550 5.3.5 system config error
            554 5.3.5 Local configuration error
            451 Requested action aborted: local error in processing
            421 4.3.0 Temporary System Problem. Try again later
            451 4.3.0 Error: queue file write error
            unable to deliver: internal server error
            451 4.3.5 Server configuration problem
            550 Internal server error
            451 temporary local problem - please try later
            451 4.3.2 Please try again later: system resource shortage
            452 out of memory
            451 4.3.0 <kim@example.org>: Temporary lookup failure
            550 5.3.0 mailbox database error
            unable to open mailbox
            451 qq temporary problem (#4.3.0)
            451 Internal error, please try again later
            421 4.3.2 Service shutting down for maintenance
            550 backend unavailable: database problem
            451 4.7.1 Temporary failure, server misconfigured
            Service unavailable - try again later: internal error
            """,
        ["SystemFull"] =
            """
            452 4.3.1 Insufficient system storage
            mail system full
            """,
        ["MailerError"] =
            """
            Command died with status 127: "/usr/bin/procmail". Command output: procmail: not found
            Command time limit exceeded: "/usr/local/bin/handler"
            can't execute command
            pipe to |/usr/bin/vacation returned 2
            Message rejected by program: exit status 1
            procmail: error writing
            x: program failed with signal 11
            """,
        ["SyntaxError"] =
            """
            500 5.5.1 Command unrecognized
            503 Bad sequence of commands
            501 5.5.4 Syntax error in parameters
            502 5.5.2 Error: command not recognized
            500 Syntax error
            503 5.5.1 Bad sequence of commands
            501 Command syntax error
            """,
    };
}
