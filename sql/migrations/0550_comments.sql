-- The private tables explain themselves too. Columns with a fixed set of values have each of them as `value: meaning`,
-- parted by semicolons: docs/data-dictionary.md is made from that.
COMMENT ON COLUMN ingest.migration.name IS 'Name of the file without .sql; face for all of sql/analyst together';
COMMENT ON COLUMN ingest.migration.sha256 IS 'Digest of the file that was applied';
COMMENT ON COLUMN ingest.migration.applied_at IS 'When it was applied';

COMMENT ON COLUMN ingest.source.slug IS 'Its name; seed:<corpus>, files, links, or what an operator or the program called it';
COMMENT ON COLUMN ingest.source.kind IS 'seed: a seed corpus; files: what is handed in; links: what is pasted; feed: RSS, Atom or JSON Feed; album: a WeChat album; sitemap: a sitemap or an index of them; page: a page of links; folder: a folder of files that is looked through again';
COMMENT ON COLUMN ingest.source.url IS 'Where it is; NULL for what is built in';
COMMENT ON COLUMN ingest.source.etag IS 'ETag of its last answer, to ask only for what changed';
COMMENT ON COLUMN ingest.source.body_sha IS 'Digest of its last answer';
COMMENT ON COLUMN ingest.source.next_at IS 'When it is checked next; NULL for what is never checked';
COMMENT ON COLUMN ingest.source.paused IS 'Whether an operator paused it';
COMMENT ON COLUMN ingest.source.added_at IS 'When it was added';

COMMENT ON COLUMN ingest.run.run_id IS 'Number of the run';
COMMENT ON COLUMN ingest.run.label IS 'Its name: the DAG or command, a slash, the name of the run';
COMMENT ON COLUMN ingest.run.dag IS 'The DAG or command';
COMMENT ON COLUMN ingest.run.started_at IS 'When it began';
COMMENT ON COLUMN ingest.run.ended_at IS 'When its account was closed; NULL while it runs or when it broke off';

COMMENT ON COLUMN ingest.host.host IS 'Name of the host';
COMMENT ON COLUMN ingest.host.next_at IS 'Before this time nobody asks it again';
COMMENT ON COLUMN ingest.host.breaker_until IS 'Until when it is left alone after captchas; NULL when it is not';
COMMENT ON COLUMN ingest.host.failures IS 'Captchas in a row';
COMMENT ON COLUMN ingest.host.paused IS 'Whether an operator paused it';
COMMENT ON COLUMN ingest.host.robots_asked_at IS 'When its robots.txt was asked for last';

COMMENT ON COLUMN ingest.address.address_id IS 'Number of the address';
COMMENT ON COLUMN ingest.address.key IS 'Its normal form: wechat:…, a URL without tracking, file:<sha256>, seed:<corpus>/<path>';
COMMENT ON COLUMN ingest.address.site IS 'The site whose reader knows it; NULL when none does';
COMMENT ON COLUMN ingest.address.url IS 'Where it is fetched; NULL for files';
COMMENT ON COLUMN ingest.address.host IS 'Host of the URL; NULL for files';
COMMENT ON COLUMN ingest.address.document_id IS 'The document that it is an address of; NULL until there is one';
COMMENT ON COLUMN ingest.address.state IS 'What the last look found, as in ingest.fetch.state; NULL when nobody looked';
COMMENT ON COLUMN ingest.address.due_at IS 'When it is to be fetched; NULL when it is not';
COMMENT ON COLUMN ingest.address.tries IS 'Looks in a row that failed for reasons of our own';
COMMENT ON COLUMN ingest.address.lease_owner IS 'The task that fetches it now: DAG, run, task, index';
COMMENT ON COLUMN ingest.address.lease_until IS 'When that lease ends by itself';
COMMENT ON COLUMN ingest.address.fence IS 'Raised by each lease, so that what a late worker brings counts for nothing';
COMMENT ON COLUMN ingest.address.found_at IS 'When it was met first';
COMMENT ON COLUMN ingest.address.etag IS 'ETag of its last answer';
COMMENT ON COLUMN ingest.address.last_modified IS 'Last-Modified of its last answer';

COMMENT ON COLUMN ingest.submission.submission_id IS 'Number of the submission';
COMMENT ON COLUMN ingest.submission.run_id IS 'The run that it was handed in with';
COMMENT ON COLUMN ingest.submission.submitted_by IS 'Who handed it in; NULL when not said';
COMMENT ON COLUMN ingest.submission.note IS 'The words around the links, without secrets';
COMMENT ON COLUMN ingest.submission.tags IS 'Tags that were given with it';
COMMENT ON COLUMN ingest.submission.text_sha IS 'Digest of the text as it came, so that a retry is not another submission';
COMMENT ON COLUMN ingest.submission.submitted_at IS 'When it was handed in';
COMMENT ON COLUMN ingest.submission.addresses IS 'The addresses that were found in it';

COMMENT ON COLUMN ingest.snapshot.sha256 IS 'Digest of the bytes, unpacked and without secrets';
COMMENT ON COLUMN ingest.snapshot.codec IS 'How bytes are packed. zstd: Zstandard';
COMMENT ON COLUMN ingest.snapshot.size IS 'Size in bytes, unpacked';
COMMENT ON COLUMN ingest.snapshot.bytes IS 'The packed bytes; NULL when they said nothing new and were not kept';
COMMENT ON COLUMN ingest.snapshot.stored_at IS 'When they were stored';

COMMENT ON COLUMN ingest.fetch.fetch_id IS 'Number of the look';
COMMENT ON COLUMN ingest.fetch.address_id IS 'The address that was looked at';
COMMENT ON COLUMN ingest.fetch.run_id IS 'The run that looked';
COMMENT ON COLUMN ingest.fetch.fence IS 'The fence of the lease under which it was made';
COMMENT ON COLUMN ingest.fetch.fetched_at IS 'When we looked';
COMMENT ON COLUMN ingest.fetch.seen_at IS 'When the server made the page, as far as it says so';
COMMENT ON COLUMN ingest.fetch.how IS 'network: fetched; handed_in: a file that a person gave; seed: a file of a seed corpus; feed: a body that came with a feed; reread: kept bytes, read again by a newer reader';
COMMENT ON COLUMN ingest.fetch.origin IS 'Path of the file; over the network, which lease of which address';
COMMENT ON COLUMN ingest.fetch.http_status IS 'Status of the answer; NULL for files';
COMMENT ON COLUMN ingest.fetch.reader IS 'Reader and version that read it';
COMMENT ON COLUMN ingest.fetch.readers IS 'Digest of all readers that this program had: with the same one, the same bytes read the same';
COMMENT ON COLUMN ingest.fetch.state IS 'article: an essay; image_post: pictures with a text; text_post: a short text; video_share: a video with its words; audio_share: a sound with its words; preview_only: the unpaid part; not_modified: as at the last look; deleted_by_author: its author took it down; violation: the platform took it down; account_gone: the account is closed or suspended; link_expired: a temporary link that ran out; param_error: the link is broken; not_found: the server has no such page; gone: the site says that it is there no more; moved: it is at another address now; needs_short_link: the long form of a link, answered by a captcha; not_a_page: something else than a page; too_large: larger than the settings allow; too_costly: would take too long to read; unsupported: no reader for it yet, the bytes are kept; refused: an address that is not asked, such as one in a private network; verify_page: a captcha; identity_check: asks for a log-in, a password or an identity; rate_limited: asked too often; unavailable: not to be had just now; too_slow: not all of it came in time; network_error: no connection; server_error: the server failed; unknown_notice: a notice that is not known yet, for a person; unreadable: no body, no identity, a charset in doubt, or a text that shrank, for a person';
COMMENT ON COLUMN ingest.fetch.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest.fetch.sha256 IS 'Digest of what came; NULL when nothing did';
COMMENT ON COLUMN ingest.fetch.robots IS 'What the host''s robots.txt said of the address; NULL when no network was asked. allowed: it may be fetched; disallowed: robots are asked not to; unknown: there was no telling';
COMMENT ON COLUMN ingest.fetch.final_url IS 'Where redirects led; NULL when nowhere else';

COMMENT ON COLUMN ingest.run_address.run_id IS 'The run';
COMMENT ON COLUMN ingest.run_address.address_id IS 'The address';
COMMENT ON COLUMN ingest.run_address.outcome IS 'fetched: looked at; already_settled: the same bytes were read before by the same reader, or nothing was left to do; same_document: nothing new about a stored document; refused: not asked, or cancelled; waiting: accepted and not fetched yet; no_address: a card without a link';
COMMENT ON COLUMN ingest.run_address.state IS 'What it turned out to be, as in ingest.fetch.state';
COMMENT ON COLUMN ingest.run_address.until IS 'For waiting: until when';
COMMENT ON COLUMN ingest.run_address.why IS 'Why, in words, where the outcome needs them';
COMMENT ON COLUMN ingest.run_address.repeats IS 'Further mentions in the same run';
COMMENT ON COLUMN ingest.run_address.looks IS 'Rows of ingest.fetch that the run made for it';
COMMENT ON COLUMN ingest.run_address.fetch_id IS 'The look that the outcome is from';

COMMENT ON COLUMN ingest.taken.address_id IS 'The address';
COMMENT ON COLUMN ingest.taken.run_id IS 'The run';

COMMENT ON COLUMN ingest.account.account_id IS 'Number of the account in this database';
COMMENT ON COLUMN ingest.account.site IS 'The site that it publishes on';
COMMENT ON COLUMN ingest.account_key.site IS 'The site';
COMMENT ON COLUMN ingest.account_key.key IS 'An identifier there; for WeChat gh_…, biz or alias';
COMMENT ON COLUMN ingest.account_key.account_id IS 'The account that it belongs to';

COMMENT ON COLUMN ingest.work.work_id IS 'Number of the work: the smallest document_id of its copies';
COMMENT ON COLUMN ingest.work.best_document_id IS 'The copy that it is shown by';
COMMENT ON COLUMN ingest.work.copy_count IS 'Stored copies, the best one included';
COMMENT ON COLUMN ingest.work.has_original IS 'Whether a copy is declared original';
COMMENT ON COLUMN ingest.work.is_listed IS 'Whether essays.essay shows it';
COMMENT ON COLUMN ingest.work_was.old_id IS 'The number that it had';
COMMENT ON COLUMN ingest.work_was.work_id IS 'The work that it is part of now';

COMMENT ON COLUMN ingest.document.document_id IS '52 bits of the hash of key, so that it is the same in every database';
COMMENT ON COLUMN ingest.document.key IS 'Identity: <site>:<native id>, seed:<corpus>/<path>, file:<sha256>, or the key of its address';
COMMENT ON COLUMN ingest.document.site IS 'The site whose reader knows its identity; NULL for files without one';
COMMENT ON COLUMN ingest.document.native_id IS 'The site''s own identity; for WeChat biz/mid/idx';
COMMENT ON COLUMN ingest.document.corpus IS 'seed: from a seed corpus; ingested: from links, feeds or files handed in';
COMMENT ON COLUMN ingest.document.found_by IS 'The source that it was found by first';
COMMENT ON COLUMN ingest.document.obtained IS 'fetched: over the network; handed_in: a file that a person gave; feed: the body in a feed; seed: a file of a seed corpus';
COMMENT ON COLUMN ingest.document.completeness IS 'full: the whole text; preview: the unpaid part; excerpt: a part that somebody took out of it';
COMMENT ON COLUMN ingest.document.role IS 'original: declared so by the page; reprint: licensed, names its source; repost: taken over, says so; unknown: the page says nothing';
COMMENT ON COLUMN ingest.document.url IS 'Where a person opens it, without tracking and session keys';
COMMENT ON COLUMN ingest.document.availability IS 'What its page was at the last look over the network. unknown: there was none; available: there; deleted_by_author: its author took it down; violation: the platform did; account_gone: the account is closed or suspended';
COMMENT ON COLUMN ingest.document.current_revision_id IS 'The revision that is shown; NULL when it was merged into another document';
COMMENT ON COLUMN ingest.document.work_id IS 'The work that it is a copy of; NULL until copies have been looked for';
COMMENT ON COLUMN ingest.document.first_seen_at IS 'When it was stored first';

COMMENT ON COLUMN ingest.seed_file.corpus IS 'Name of the corpus';
COMMENT ON COLUMN ingest.seed_file.path IS 'Path within the corpus';
COMMENT ON COLUMN ingest.seed_file.document_id IS 'The document that it is; NULL when it gave none';
COMMENT ON COLUMN ingest.seed_file.sha256 IS 'Digest of its bytes at the last look';
COMMENT ON COLUMN ingest.seed_file.missing_since IS 'When it was noticed to be gone; NULL while it is there';

COMMENT ON COLUMN ingest.revision.revision_id IS 'Number of the revision in this database';
COMMENT ON COLUMN ingest.revision.document_id IS 'The document that it is a version of';
COMMENT ON COLUMN ingest.revision.number IS 'Counted from 1 within the document';
COMMENT ON COLUMN ingest.revision.cause IS 'first: the first version; publisher_edit: the source changed; reader_change: our reader changed, the bytes did not; better_evidence: a better page of the same; reviewed: by a person';
COMMENT ON COLUMN ingest.revision.fetch_id IS 'The look that it was read from';
COMMENT ON COLUMN ingest.revision.reader IS 'Reader and version that read it';
COMMENT ON COLUMN ingest.revision.evidence IS 'How good its bytes are. listed: an entry of a list; reduced: a page that lost its scripts; whole: the page or file as it was';
COMMENT ON COLUMN ingest.revision.content_sha IS 'Digest of all that was read: text, Markdown, title, byline, date and parts';
COMMENT ON COLUMN ingest.revision.fold_sha IS 'Digest of the folded text; NULL when that is too short to tell copies by';
COMMENT ON COLUMN ingest.revision.recorded_at IS 'When it was stored';
COMMENT ON COLUMN ingest.revision.account_id IS 'The account that published it';
COMMENT ON COLUMN ingest.revision.account IS 'Name of the account in this version';
COMMENT ON COLUMN ingest.revision.author IS 'Byline; NULL when there is none';
COMMENT ON COLUMN ingest.revision.title IS 'Its own title; NULL when it has none';
COMMENT ON COLUMN ingest.revision.display_title IS 'The title, or the beginning of the text';
COMMENT ON COLUMN ingest.revision.published_at IS 'When it was published; NULL when unknown';
COMMENT ON COLUMN ingest.revision.published_precision IS 'How exactly published_at is known. second: to the second; minute: to the minute; day: the date only; month: the month only; year: the year only';
COMMENT ON COLUMN ingest.revision.published_on IS 'The date of it in the calendar of the place';
COMMENT ON COLUMN ingest.revision.language IS 'Language of the text (zh, en, ja); NULL when unclear';
COMMENT ON COLUMN ingest.revision.text IS 'Clean text, without page furniture';
COMMENT ON COLUMN ingest.revision.markdown IS 'The same with its structure';
COMMENT ON COLUMN ingest.revision.char_count IS 'Characters of text';
COMMENT ON COLUMN ingest.revision.related_at IS 'When copies and passages were looked for; NULL until then';

COMMENT ON COLUMN ingest.segment.revision_id IS 'The revision that it is part of';
COMMENT ON COLUMN ingest.segment.n IS 'Order within the revision';
COMMENT ON COLUMN ingest.segment.kind IS 'turn: a turn of a transcript; image: a picture; chrome: text of the page that is not the essay''s';
COMMENT ON COLUMN ingest.segment.span IS 'Its characters in the text, from 0; NULL when it has no place there';
COMMENT ON COLUMN ingest.segment.data IS 'Of a turn speaker, role, said_from; of a picture url, alt; of chrome type, text';

COMMENT ON COLUMN ingest.claim.revision_id IS 'The revision that declares it';
COMMENT ON COLUMN ingest.claim.kind IS 'excerpt_of: it is a part of the other; quotes: it quotes the other; reprint_of: it is taken over from the other; links_to: it links to the other';
COMMENT ON COLUMN ingest.claim.target_key IS 'Key of the other one''s address';
COMMENT ON COLUMN ingest.claim.target_url IS 'The link itself, as far as it is known';
COMMENT ON COLUMN ingest.claim.quote IS 'The words that declare it: of a link its text';

COMMENT ON COLUMN ingest.picture.sha256 IS 'Digest of the bytes';
COMMENT ON COLUMN ingest.picture.media_type IS 'What the bytes are: image/jpeg, image/png, …';
COMMENT ON COLUMN ingest.picture.size IS 'Size in bytes';
COMMENT ON COLUMN ingest.picture.bytes IS 'The bytes as they came';
COMMENT ON COLUMN ingest.picture.kept_at IS 'When they were stored';
COMMENT ON COLUMN ingest.picture_address.url IS 'Address of the picture';
COMMENT ON COLUMN ingest.picture_address.host IS 'Its host';
COMMENT ON COLUMN ingest.picture_address.referer IS 'The page that shows it, which some hosts want to be told';
COMMENT ON COLUMN ingest.picture_address.sha256 IS 'The picture; NULL until it was fetched';
COMMENT ON COLUMN ingest.picture_address.state IS 'What the last look found, as in ingest.fetch.state';
COMMENT ON COLUMN ingest.picture_address.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest.picture_address.tries IS 'Looks in a row that failed';
COMMENT ON COLUMN ingest.picture_address.due_at IS 'The next look, or the end of the lease of the one under way; NULL when nothing is left to do';
COMMENT ON COLUMN ingest.picture_address.looked_at IS 'The last look';

COMMENT ON COLUMN ingest.gate.name IS 'What is done by one at a time: works';

COMMENT ON COLUMN ingest.fingerprinted.number IS 'Number of 24 bits';
COMMENT ON COLUMN ingest.fingerprinted.revision_id IS 'The revision that has it';
COMMENT ON COLUMN ingest.fingerprint.key IS '39 bits of hash, then the 24 bits of ingest.fingerprinted.number';
COMMENT ON COLUMN ingest.fingerprint_leaf.lo IS 'The smallest hash that it may hold';
COMMENT ON COLUMN ingest.fingerprint_leaf.keys IS 'Keys as in ingest.fingerprint, sorted';
COMMENT ON COLUMN ingest.fingerprint_slice.slice IS 'The first six bits of the hashes';
COMMENT ON COLUMN ingest.fingerprint_slice.merged_to IS 'The largest number whose keys are in its leaves';
COMMENT ON COLUMN ingest.fingerprint_dead.number IS 'A number that is no revision''s any more';
COMMENT ON COLUMN ingest.match.a IS 'The revision with the smaller number';
COMMENT ON COLUMN ingest.match.b IS 'The other revision';
COMMENT ON COLUMN ingest.match.kind IS 'near_copy: nearly the same text; excerpt_of: one holds most of the other; quotes: they share passages';
COMMENT ON COLUMN ingest.match.part IS 'Which of them is held by the other. a: the first; b: the second; NULL for near copies';
COMMENT ON COLUMN ingest.match.share_a IS 'Share of a''s text that the passages cover';
COMMENT ON COLUMN ingest.match.share_b IS 'Share of b''s text';
COMMENT ON COLUMN ingest.passage.a IS 'The revision with the smaller number';
COMMENT ON COLUMN ingest.passage.b IS 'The other revision';
COMMENT ON COLUMN ingest.passage.n IS 'Order in a';
COMMENT ON COLUMN ingest.passage.span_a IS 'Characters of a''s text, from 0';
COMMENT ON COLUMN ingest.passage.span_b IS 'Characters of b''s text, from 0';
COMMENT ON COLUMN ingest.review.question IS 'near_copy: are these two documents the same work?';
COMMENT ON COLUMN ingest.review.key_a IS 'Key of the first document';
COMMENT ON COLUMN ingest.review.key_b IS 'Key of the second document';
COMMENT ON COLUMN ingest.review.evidence_sha IS 'Digest of the two texts that the question is about: with others it is asked anew';
COMMENT ON COLUMN ingest.review.asked_at IS 'Since when it waits';
COMMENT ON COLUMN ingest.review.answer IS 'The answer; NULL until there is one';
COMMENT ON COLUMN ingest.review.answered_by IS 'Who answered';
COMMENT ON COLUMN ingest.review.answered_at IS 'When';
COMMENT ON COLUMN ingest.settling.document_id IS 'A document whose work is being settled';
COMMENT ON COLUMN ingest.settling.label IS 'The smallest document_id that it is known to be a copy of';
COMMENT ON COLUMN ingest.settling_edge.a IS 'A document';
COMMENT ON COLUMN ingest.settling_edge.b IS 'One that it is a copy of';
