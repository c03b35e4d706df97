-- What tables, their columns and the row types of the schemas mean, in the present words. What migrations said of them
-- before is replaced. A new table's comments stand here too; a view's stand beside it, and a function's where it is made.

COMMENT ON SCHEMA notes IS 'What analysts write: tags, notes and codings of documents. All analysts read all of it; each changes only their own';

COMMENT ON TABLE notes.coding IS 'A passage of a text under a code of a codebook. It belongs to one revision, and notes.coded finds it in the current one';
COMMENT ON COLUMN notes.coding.coding_id IS 'Number of the coding';
COMMENT ON COLUMN notes.coding.document_id IS 'The document, as in essays.document';
COMMENT ON COLUMN notes.coding.revision_number IS 'The revision whose text was coded; left out, it is the current one';
COMMENT ON COLUMN notes.coding.from_char IS 'First character of the passage, counted from 1, as substr counts';
COMMENT ON COLUMN notes.coding.to_char IS 'Last character of the passage';
COMMENT ON COLUMN notes.coding.code IS 'The code';
COMMENT ON COLUMN notes.coding.memo IS 'Why, in words';
COMMENT ON COLUMN notes.coding.quote IS 'The passage itself; filled in by itself';
COMMENT ON COLUMN notes.coding.text_sha256 IS 'Digest of the text that was coded, so that it is known again whatever becomes of numbers; filled in by itself';
COMMENT ON COLUMN notes.coding.by IS 'The role that wrote it; filled in by itself';
COMMENT ON COLUMN notes.coding.at IS 'When; filled in by itself';

COMMENT ON TABLE notes.note IS 'What somebody has to say about a document';
COMMENT ON COLUMN notes.note.note_id IS 'Number of the note';
COMMENT ON COLUMN notes.note.document_id IS 'The document, as in essays.document';
COMMENT ON COLUMN notes.note.text IS 'The words';
COMMENT ON COLUMN notes.note.by IS 'The role that wrote it; filled in by itself';
COMMENT ON COLUMN notes.note.at IS 'When; filled in by itself';

COMMENT ON TABLE notes.tag IS 'A word that somebody gave to a document';
COMMENT ON COLUMN notes.tag.document_id IS 'The document, as in essays.document; a document that was merged since is found through notes.entry';
COMMENT ON COLUMN notes.tag.tag IS 'The word';
COMMENT ON COLUMN notes.tag.by IS 'The role that wrote it; filled in by itself';
COMMENT ON COLUMN notes.tag.at IS 'When; filled in by itself';

COMMENT ON SCHEMA ingest IS 'Private to the loader: addresses, fetches, snapshots, documents, works';

COMMENT ON TABLE ingest.account IS 'Who publishes on a site';
COMMENT ON COLUMN ingest.account.account_id IS 'Number of the account in this database';
COMMENT ON COLUMN ingest.account.site IS 'The site that it publishes on';

COMMENT ON TABLE ingest.account_key IS 'The identifiers that a site has given to an account';
COMMENT ON COLUMN ingest.account_key.site IS 'The site';
COMMENT ON COLUMN ingest.account_key.key IS 'An identifier there; for WeChat gh_…, biz or alias';
COMMENT ON COLUMN ingest.account_key.account_id IS 'The account that it belongs to';

COMMENT ON TABLE ingest.address IS 'Where an essay is or was: a link, a file handed in, a file of a seed corpus';
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
COMMENT ON COLUMN ingest.address.found_by IS 'The source that listed it first; NULL when a person handed it in';

COMMENT ON TABLE ingest.analyst_object IS 'What sql/analyst made in this database; it is replaced whole, and nothing else is dropped with it';
COMMENT ON COLUMN ingest.analyst_object.identity IS 'Its full name; of a function with the types of its arguments';
COMMENT ON COLUMN ingest.analyst_object.kind IS 'What it is. view: it is read; function: it is called';

COMMENT ON TABLE ingest.claim IS 'Relations that a document declares; they resolve when their target''s address has a document';
COMMENT ON COLUMN ingest.claim.revision_id IS 'The revision that declares it';
COMMENT ON COLUMN ingest.claim.kind IS 'excerpt_of: it is a part of the other; quotes: it quotes the other; reprint_of: it is taken over from the other; links_to: it links to the other';
COMMENT ON COLUMN ingest.claim.target_key IS 'Key of the other one''s address';
COMMENT ON COLUMN ingest.claim.target_url IS 'The link itself, as far as it is known';
COMMENT ON COLUMN ingest.claim.quote IS 'The words that declare it: of a link its text';

COMMENT ON TABLE ingest.document IS 'Every stored copy, excerpt and repost; its number is 52 bits of the hash of its key';
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
COMMENT ON COLUMN ingest.document.merged_into IS 'The document that this one turned out to be; its revisions and addresses are there, and its number still resolves';
COMMENT ON COLUMN ingest.document.counted_host IS 'Host whose lines its page was counted among, once and for all; NULL when it never was';

COMMENT ON TABLE ingest."fetch" IS 'One look at an address, over the network or at a file; seen_at is when the server made the page, readers the digest of all readers that this program had';
COMMENT ON COLUMN ingest."fetch".fetch_id IS 'Number of the look';
COMMENT ON COLUMN ingest."fetch".address_id IS 'The address that was looked at';
COMMENT ON COLUMN ingest."fetch".run_id IS 'The run that looked';
COMMENT ON COLUMN ingest."fetch".fence IS 'The fence of the lease under which it was made';
COMMENT ON COLUMN ingest."fetch".fetched_at IS 'When we looked';
COMMENT ON COLUMN ingest."fetch".seen_at IS 'When the server made the page, as far as it says so';
COMMENT ON COLUMN ingest."fetch".how IS 'network: fetched; handed_in: a file that a person gave; seed: a file of a seed corpus; feed: a body that came with a feed; reread: kept bytes, read again by a newer reader';
COMMENT ON COLUMN ingest."fetch".origin IS 'Path of the file; over the network, which lease of which address';
COMMENT ON COLUMN ingest."fetch".http_status IS 'Status of the answer; NULL for files';
COMMENT ON COLUMN ingest."fetch".reader IS 'Reader and version that read it';
COMMENT ON COLUMN ingest."fetch".readers IS 'Digest of all readers that this program had: with the same one, the same bytes read the same';
COMMENT ON COLUMN ingest."fetch".state IS 'article: an essay; image_post: pictures with a text; text_post: a short text; video_share: a video with its words; audio_share: a sound with its words; preview_only: the unpaid part; not_modified: as at the last look; deleted_by_author: its author took it down; violation: the platform took it down; account_gone: the account is closed or suspended; link_expired: a temporary link that ran out; param_error: the link is broken; not_found: the server has no such page; gone: the site says that it is there no more; moved: it is at another address now; needs_short_link: the long form of a link, answered by a captcha; not_a_page: something else than a page; too_large: larger than the settings allow; too_costly: would take too long to read; unsupported: no reader for it yet, the bytes are kept; refused: an address that is not asked, such as one in a private network; verify_page: a captcha; identity_check: asks for a log-in, a password or an identity; rate_limited: asked too often; unavailable: not to be had just now; too_slow: not all of it came in time; network_error: no connection; server_error: the server failed; unknown_notice: a notice that is not known yet, for a person; unreadable: no body, no identity, a charset in doubt, or a text that shrank, for a person';
COMMENT ON COLUMN ingest."fetch".reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest."fetch".sha256 IS 'Digest of what came; NULL when nothing did';
COMMENT ON COLUMN ingest."fetch".final_url IS 'Where redirects led; NULL when nowhere else';
COMMENT ON COLUMN ingest."fetch".robots IS 'What the host''s robots.txt said of the address; NULL when no network was asked. allowed: it may be fetched; disallowed: robots are asked not to; unknown: there was no telling';

COMMENT ON TABLE ingest.fingerprint IS 'Fingerprints of current revisions: 39 bits of hash, then 24 bits of the revision''s number';
COMMENT ON COLUMN ingest.fingerprint.key IS '39 bits of hash, then the 24 bits of ingest.fingerprinted.number';

COMMENT ON TABLE ingest.fingerprint_leaf IS 'Keys of ingest.fingerprint, sorted, whose hashes are at least lo and less than the next one''s; no hash is in two leaves. Of a hash that many have, the others are still rows of ingest.fingerprint';
COMMENT ON COLUMN ingest.fingerprint_leaf.lo IS 'The smallest hash that it may hold';
COMMENT ON COLUMN ingest.fingerprint_leaf.keys IS 'Keys as in ingest.fingerprint, sorted';

COMMENT ON TABLE ingest.fingerprint_slice IS 'The 64 parts of the hashes that are merged one by one, and how many revisions there were then';
COMMENT ON COLUMN ingest.fingerprint_slice.slice IS 'The first six bits of the hashes';
COMMENT ON COLUMN ingest.fingerprint_slice.merged_to IS 'How many revisions had fingerprints when it was merged last';

COMMENT ON TABLE ingest.fingerprinted IS 'The revisions whose fingerprints are in the index, each under the number of its document';
COMMENT ON COLUMN ingest.fingerprinted.revision_id IS 'The revision';
COMMENT ON COLUMN ingest.fingerprinted.document_id IS 'Its document when it was indexed';
COMMENT ON COLUMN ingest.fingerprinted.number IS 'The last 24 bits of document_id, which few documents may have in common';

COMMENT ON TABLE ingest.gate IS 'Rows to lock, so that one at a time does what must not be done by two; analysts can''t reach them';
COMMENT ON COLUMN ingest.gate.name IS 'works: deriving matches and works from what was measured; fingerprints: changing their index';

COMMENT ON TABLE ingest.host IS 'Politeness of all workers together: when a host may be asked again';
COMMENT ON COLUMN ingest.host.host IS 'Name of the host';
COMMENT ON COLUMN ingest.host.next_at IS 'Before this time nobody asks it again';
COMMENT ON COLUMN ingest.host.breaker_until IS 'Until when it is left alone after captchas; NULL when it is not';
COMMENT ON COLUMN ingest.host.failures IS 'Captchas in a row';
COMMENT ON COLUMN ingest.host.paused IS 'Whether an operator paused it';
COMMENT ON COLUMN ingest.host.spacing IS 'Least seconds between two requests, of all workers together';
COMMENT ON COLUMN ingest.host.robots IS 'Its robots.txt when it was asked for last; empty when it has none, NULL when it can''t be told';
COMMENT ON COLUMN ingest.host.robots_asked_at IS 'When its robots.txt was asked for last';
COMMENT ON COLUMN ingest.host.crawl_delay IS 'Least seconds between two requests that its robots.txt asks for';

COMMENT ON TABLE ingest.host_line IS 'Lines of the pages of a host, by which its chrome is told. Rare ones that were not seen for long are forgotten';
COMMENT ON COLUMN ingest.host_line.host IS 'The host that the pages are of';
COMMENT ON COLUMN ingest.host_line.line IS 'The first 64 bits of the SHA-256 of the folded line; 0 is the row that whoever stores pages of the host holds';
COMMENT ON COLUMN ingest.host_line.texts IS 'Distinct texts that it stood in, when their pages were read first; copies of one text count once';
COMMENT ON COLUMN ingest.host_line.documents IS 'Documents that were read with it at an edge before it was known to recur; emptied when they are read again';
COMMENT ON COLUMN ingest.host_line.last_seen_at IS 'When it was met last in a page that was new';

COMMENT ON TABLE ingest.match IS 'What two revisions share, as the side of the smaller document tells it, else the other side; part is the one that the other holds more of. Equal texts are not here: their digests tell';
COMMENT ON COLUMN ingest.match.a IS 'The revision with the smaller number';
COMMENT ON COLUMN ingest.match.b IS 'The other revision';
COMMENT ON COLUMN ingest.match.kind IS 'near_copy: nearly the same text; excerpt_of: one holds most of the other; quotes: they share passages';
COMMENT ON COLUMN ingest.match.part IS 'Which of them is held by the other. a: the first; b: the second; NULL for near copies';
COMMENT ON COLUMN ingest.match.share_a IS 'Share of a''s text that the passages cover';
COMMENT ON COLUMN ingest.match.share_b IS 'Share of b''s text';
COMMENT ON COLUMN ingest.match.merges IS 'Whether a near copy makes one work of the two: a doubtful one only once a person says so, and none that a person says is none';

COMMENT ON TABLE ingest.migration IS 'Which files of sql/ this database has';
COMMENT ON COLUMN ingest.migration.name IS 'Name of the file without .sql; analyst_views for all of sql/analyst together';
COMMENT ON COLUMN ingest.migration.sha256 IS 'Digest of the file that was applied';
COMMENT ON COLUMN ingest.migration.applied_at IS 'When it was applied';

COMMENT ON TABLE ingest.passage IS 'Aligned passages of a match in the order of a; spans count characters of the texts from 0';
COMMENT ON COLUMN ingest.passage.a IS 'The revision with the smaller number';
COMMENT ON COLUMN ingest.passage.b IS 'The other revision';
COMMENT ON COLUMN ingest.passage.n IS 'Order in a';
COMMENT ON COLUMN ingest.passage.span_a IS 'Characters of a''s text, from 0';
COMMENT ON COLUMN ingest.passage.span_b IS 'Characters of b''s text, from 0';

COMMENT ON TABLE ingest.picture IS 'Bytes of pictures by their digest, as they came; media_type is what the bytes are, whatever the server said';
COMMENT ON COLUMN ingest.picture.sha256 IS 'Digest of the bytes';
COMMENT ON COLUMN ingest.picture.media_type IS 'What the bytes are: image/jpeg, image/png, …';
COMMENT ON COLUMN ingest.picture.size IS 'Size in bytes';
COMMENT ON COLUMN ingest.picture.bytes IS 'The bytes as they came';
COMMENT ON COLUMN ingest.picture.kept_at IS 'When they were stored';

COMMENT ON TABLE ingest.picture_address IS 'Addresses of pictures that are kept: due_at is the next look, or the end of the lease of the one under way; NULL when nothing is left to do';
COMMENT ON COLUMN ingest.picture_address.url IS 'Address of the picture';
COMMENT ON COLUMN ingest.picture_address.host IS 'Its host';
COMMENT ON COLUMN ingest.picture_address.referer IS 'The page that shows it, which some hosts want to be told';
COMMENT ON COLUMN ingest.picture_address.sha256 IS 'The picture; NULL until it was fetched';
COMMENT ON COLUMN ingest.picture_address.state IS 'What the last look found, as in ingest.fetch.state';
COMMENT ON COLUMN ingest.picture_address.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest.picture_address.tries IS 'Looks in a row that failed';
COMMENT ON COLUMN ingest.picture_address.due_at IS 'The next look, or the end of the lease of the one under way; NULL when nothing is left to do';
COMMENT ON COLUMN ingest.picture_address.looked_at IS 'The last look';

COMMENT ON TABLE ingest.release IS 'Frozen, named selections of essays';
COMMENT ON COLUMN ingest.release.name IS 'Its name, which is never given twice';
COMMENT ON COLUMN ingest.release.layout IS 'Which columns its export has, so that a newer program writes the same bytes';
COMMENT ON COLUMN ingest.release.selection IS 'What was asked for: corpus, from, to, account, site; empty for all works';
COMMENT ON COLUMN ingest.release.note IS 'What it was made for, in the words of who made it';
COMMENT ON COLUMN ingest.release.made_at IS 'When it was frozen';
COMMENT ON COLUMN ingest.release.item_count IS 'How many documents are in it';
COMMENT ON COLUMN ingest.release.sha256 IS 'Digest of its items: a line "document revision sha256" each, in the order of documents';

COMMENT ON TABLE ingest.release_item IS 'The documents of a release. What may change later of a document stands here as it was; the rest is in its revision';
COMMENT ON COLUMN ingest.release_item.name IS 'The release';
COMMENT ON COLUMN ingest.release_item.document_id IS 'Number of the document when it was frozen; it may have been merged since';
COMMENT ON COLUMN ingest.release_item.revision_id IS 'The frozen revision';
COMMENT ON COLUMN ingest.release_item.revision_number IS 'Number of that revision when it was frozen';
COMMENT ON COLUMN ingest.release_item.text_sha256 IS 'Digest of its text in UTF-8; an export compares';
COMMENT ON COLUMN ingest.release_item.essay_id IS 'Number of the work then; essays.resolve gives the present one';
COMMENT ON COLUMN ingest.release_item.corpus IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.found_by IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.site IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.native_id IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.url IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.obtained IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.completeness IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.role IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.availability IS 'As it was then';
COMMENT ON COLUMN ingest.release_item.copy_count IS 'As it was then';

COMMENT ON TABLE ingest.review IS 'What a person should look at or has answered: near copies that are barely so. An answer holds for the two texts that it was given for';
COMMENT ON COLUMN ingest.review.question IS 'near_copy: are these two documents the same work?';
COMMENT ON COLUMN ingest.review.key_a IS 'Key of the first document by the order of its bytes';
COMMENT ON COLUMN ingest.review.key_b IS 'Key of the second document';
COMMENT ON COLUMN ingest.review.evidence_sha IS 'Digest of the two folded texts that the question is about: with others it is asked anew';
COMMENT ON COLUMN ingest.review.asked_at IS 'Since when it waits';
COMMENT ON COLUMN ingest.review.answer IS 'same: one work; different: two; NULL until there is an answer';
COMMENT ON COLUMN ingest.review.answered_by IS 'Who answered';
COMMENT ON COLUMN ingest.review.answered_at IS 'When';

COMMENT ON TABLE ingest.revision IS 'One version of a document. fold_sha is of the folded text, NULL when that is too short to tell copies by';
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

COMMENT ON TABLE ingest.run IS 'One run of a DAG or a command; the label is the same when a task is tried again';
COMMENT ON COLUMN ingest.run.run_id IS 'Number of the run';
COMMENT ON COLUMN ingest.run.label IS 'Its name: the DAG or command, a slash, the name of the run';
COMMENT ON COLUMN ingest.run.dag IS 'The DAG or command';
COMMENT ON COLUMN ingest.run.started_at IS 'When it began';
COMMENT ON COLUMN ingest.run.ended_at IS 'When its account was closed; NULL while it runs or when it broke off';

COMMENT ON TABLE ingest.run_address IS 'What became of an address in a run; repeats counts further mentions in the same run, looks the rows of fetch';
COMMENT ON COLUMN ingest.run_address.run_id IS 'The run';
COMMENT ON COLUMN ingest.run_address.address_id IS 'The address';
COMMENT ON COLUMN ingest.run_address.outcome IS 'fetched: looked at; already_settled: the same bytes were read before by the same reader, or nothing was left to do; same_document: nothing new about a stored document; refused: not asked, or cancelled; waiting: accepted and not fetched yet; no_address: a card without a link';
COMMENT ON COLUMN ingest.run_address.state IS 'What it turned out to be, as in ingest.fetch.state';
COMMENT ON COLUMN ingest.run_address.until IS 'For waiting: until when';
COMMENT ON COLUMN ingest.run_address.why IS 'Why, in words, where the outcome needs them';
COMMENT ON COLUMN ingest.run_address.repeats IS 'Further mentions in the same run';
COMMENT ON COLUMN ingest.run_address.looks IS 'Rows of ingest.fetch that the run made for it';
COMMENT ON COLUMN ingest.run_address.fetch_id IS 'The look that the outcome is from';

COMMENT ON TYPE ingest.search_term IS 'A folded term of a query';
COMMENT ON COLUMN ingest.search_term.is_excluded IS 'Whether it must not occur';
COMMENT ON COLUMN ingest.search_term.word IS 'The folded term';

COMMENT ON TABLE ingest.search_text IS 'The current revision of every document as it is searched; derived by triggers';
COMMENT ON COLUMN ingest.search_text.document_id IS 'The document';
COMMENT ON COLUMN ingest.search_text.revision_id IS 'Its current revision';
COMMENT ON COLUMN ingest.search_text.is_shown IS 'Whether it is the best copy of a listed work, or its copies have not been looked for yet';
COMMENT ON COLUMN ingest.search_text.corpus IS 'As in ingest.document, for the filters';
COMMENT ON COLUMN ingest.search_text.role IS 'As in ingest.document, for the filters';
COMMENT ON COLUMN ingest.search_text.site IS 'As in ingest.document, for the filters';
COMMENT ON COLUMN ingest.search_text.account IS 'As in ingest.revision, for the filters';
COMMENT ON COLUMN ingest.search_text.language IS 'As in ingest.revision, for the filters';
COMMENT ON COLUMN ingest.search_text.published_on IS 'As in ingest.revision, for the filters';
COMMENT ON COLUMN ingest.search_text.title IS 'The folded title; empty when there is none';
COMMENT ON COLUMN ingest.search_text.body IS 'The folded title, U+0001, the folded text: no term reaches across';
COMMENT ON COLUMN ingest.search_text.filler IS 'Makes Postgres put a short body out of line too, which it does for long rows only: the index is a fifth smaller when rows lie close together';

COMMENT ON TABLE ingest.seed_file IS 'The files of a seed corpus, and since when one is missing';
COMMENT ON COLUMN ingest.seed_file.corpus IS 'Name of the corpus';
COMMENT ON COLUMN ingest.seed_file.path IS 'Path within the corpus';
COMMENT ON COLUMN ingest.seed_file.document_id IS 'The document that it is; NULL when it gave none';
COMMENT ON COLUMN ingest.seed_file.sha256 IS 'Digest of its bytes at the last look';
COMMENT ON COLUMN ingest.seed_file.missing_since IS 'When it was noticed to be gone; NULL while it is there';

COMMENT ON TABLE ingest.segment IS 'Typed parts of a revision in order; span counts characters of the text from 0';
COMMENT ON COLUMN ingest.segment.revision_id IS 'The revision that it is part of';
COMMENT ON COLUMN ingest.segment.n IS 'Order within the revision';
COMMENT ON COLUMN ingest.segment.kind IS 'turn: a turn of a transcript; image: a picture; chrome: text of the page that is not the essay''s';
COMMENT ON COLUMN ingest.segment.span IS 'Its characters in the text, from 0; NULL when it has no place there';
COMMENT ON COLUMN ingest.segment.data IS 'Of a turn speaker, role, said_from; of a picture url, alt; of chrome type, text';

COMMENT ON TABLE ingest.settling IS 'The works that are being settled: each document with the smallest number that it is known to be a copy of';
COMMENT ON COLUMN ingest.settling.document_id IS 'A document whose work is being settled';
COMMENT ON COLUMN ingest.settling.label IS 'The smallest document_id that it is known to be a copy of';

COMMENT ON TABLE ingest.settling_edge IS 'The copies that the documents in ingest.settling are of one another';
COMMENT ON COLUMN ingest.settling_edge.a IS 'A document';
COMMENT ON COLUMN ingest.settling_edge.b IS 'One that it is a copy of';

COMMENT ON TABLE ingest.side IS 'What a revision shares with another as seen from its side: a function of its text and of who holds its fingerprints';
COMMENT ON COLUMN ingest.side.a IS 'As in ingest.match';
COMMENT ON COLUMN ingest.side.b IS 'As in ingest.match';
COMMENT ON COLUMN ingest.side.teller IS 'Whose side it is; only who holds this revision writes it';
COMMENT ON COLUMN ingest.side.document_id IS 'The teller''s document; of two sides the one of the smaller document counts';
COMMENT ON COLUMN ingest.side.kind IS 'As in ingest.match';
COMMENT ON COLUMN ingest.side.part IS 'As in ingest.match';
COMMENT ON COLUMN ingest.side.share_a IS 'As in ingest.match';
COMMENT ON COLUMN ingest.side.share_b IS 'As in ingest.match';
COMMENT ON COLUMN ingest.side.spans IS 'The passages in the order of a, four numbers each: from and to in a, from and to in b';

COMMENT ON TABLE ingest.snapshot IS 'Bytes as they were looked at, secrets taken out; size is unpacked';
COMMENT ON COLUMN ingest.snapshot.sha256 IS 'Digest of the bytes, unpacked and without secrets';
COMMENT ON COLUMN ingest.snapshot.codec IS 'How bytes are packed. zstd: Zstandard';
COMMENT ON COLUMN ingest.snapshot.size IS 'Size in bytes, unpacked';
COMMENT ON COLUMN ingest.snapshot.bytes IS 'The packed bytes; NULL when they said nothing new and were not kept';
COMMENT ON COLUMN ingest.snapshot.stored_at IS 'When they were stored';

COMMENT ON TABLE ingest.source IS 'Where documents are found: a seed corpus, files handed in, pasted links, a feed';
COMMENT ON COLUMN ingest.source.slug IS 'Its name; seed:<corpus>, files, links, or what an operator or the program called it';
COMMENT ON COLUMN ingest.source.kind IS 'seed: a seed corpus; files: what is handed in; links: what is pasted; feed: RSS, Atom or JSON Feed; album: a WeChat album; sitemap: a sitemap or an index of them; page: a page of links; folder: a folder of files that is looked through again';
COMMENT ON COLUMN ingest.source.url IS 'Where it is; NULL for what is built in';
COMMENT ON COLUMN ingest.source.config IS 'keep and drop words, own_server, path of a folder';
COMMENT ON COLUMN ingest.source.etag IS 'ETag of its last answer, to ask only for what changed';
COMMENT ON COLUMN ingest.source.body_sha IS 'Digest of its last answer';
COMMENT ON COLUMN ingest.source.next_at IS 'When it is checked next; NULL for what is never checked';
COMMENT ON COLUMN ingest.source.paused IS 'Whether an operator paused it';
COMMENT ON COLUMN ingest.source.added_at IS 'When it was added';
COMMENT ON COLUMN ingest.source.title IS 'Its own title, or the one that a list of subscriptions gave it';
COMMENT ON COLUMN ingest.source.every IS 'How often the operator wants it checked; NULL when that follows its own rhythm';
COMMENT ON COLUMN ingest.source.last_modified IS 'Last-Modified of its last answer';
COMMENT ON COLUMN ingest.source.state IS 'What the last check came to: ok, not_modified, or a state as in ingest.fetch.state; NULL when there was none';
COMMENT ON COLUMN ingest.source.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest.source.failures IS 'Checks in a row that failed';
COMMENT ON COLUMN ingest.source.usual_gap IS 'The median time between two things that it lists; NULL until there are enough of them';
COMMENT ON COLUMN ingest.source.last_checked_at IS 'The last check; NULL when there was none';
COMMENT ON COLUMN ingest.source.last_answered_at IS 'The last check that was answered';
COMMENT ON COLUMN ingest.source.last_new_at IS 'When the newest thing that it lists appeared';
COMMENT ON COLUMN ingest.source.lease_owner IS 'The task that checks it now';
COMMENT ON COLUMN ingest.source.lease_until IS 'When that lease ends by itself';
COMMENT ON COLUMN ingest.source.fence IS 'Raised by each lease, so that what a late worker brings counts for nothing';

COMMENT ON TABLE ingest.source_check IS 'Every check of a source: what it answered and what was new. conditional: it was asked only for what changed';
COMMENT ON COLUMN ingest.source_check.check_id IS 'Number of the check';
COMMENT ON COLUMN ingest.source_check.slug IS 'The source';
COMMENT ON COLUMN ingest.source_check.run_id IS 'The run that checked';
COMMENT ON COLUMN ingest.source_check.checked_at IS 'When it was checked';
COMMENT ON COLUMN ingest.source_check.state IS 'What it came to: ok, not_modified, or a state as in ingest.fetch.state';
COMMENT ON COLUMN ingest.source_check.reason IS 'Why, in words, where the state needs them';
COMMENT ON COLUMN ingest.source_check.http_status IS 'Status of the answer; NULL for folders';
COMMENT ON COLUMN ingest.source_check.conditional IS 'Whether it was asked only for what changed';
COMMENT ON COLUMN ingest.source_check.items IS 'Things that it listed';
COMMENT ON COLUMN ingest.source_check.new_items IS 'Those of them that were new';
COMMENT ON COLUMN ingest.source_check.bodies IS 'Bodies that came with them and were stored';
COMMENT ON COLUMN ingest.source_check.refused IS 'What was refused or not wanted';
COMMENT ON COLUMN ingest.source_check.seconds IS 'How long it took';
COMMENT ON COLUMN ingest.source_check.robots IS 'What the host''s robots.txt said of the source''s own address; NULL for folders and for the operator''s own server. allowed: it may be fetched; disallowed: robots are asked not to; unknown: there was no telling';

COMMENT ON TABLE ingest.source_item IS 'What a source has listed, and which body it brought';
COMMENT ON COLUMN ingest.source_item.slug IS 'The source';
COMMENT ON COLUMN ingest.source_item.address_id IS 'The address that it lists';
COMMENT ON COLUMN ingest.source_item.found_at IS 'When it was listed first';
COMMENT ON COLUMN ingest.source_item.published_at IS 'When it was published, as the source says';
COMMENT ON COLUMN ingest.source_item.updated_at IS 'When it was changed last, as the source says';
COMMENT ON COLUMN ingest.source_item.body_sha IS 'Digest of the body that came with it; NULL when none did';

COMMENT ON TABLE ingest.source_part IS 'Files of a folder and sitemaps of an index, as they were when they were taken';
COMMENT ON COLUMN ingest.source_part.slug IS 'The source';
COMMENT ON COLUMN ingest.source_part.path IS 'Path of a file in the folder, or address of a sitemap in the index';
COMMENT ON COLUMN ingest.source_part.size IS 'Size in bytes when it was taken; 0 when not known';
COMMENT ON COLUMN ingest.source_part.changed_ns IS 'When it was changed, in nanoseconds since 1970; 0 when not known';
COMMENT ON COLUMN ingest.source_part.taken_at IS 'When it was taken';

COMMENT ON TABLE ingest.stale IS 'Revisions that have to be measured, once or again: what they hold has more holders than they saw, or fewer';
COMMENT ON COLUMN ingest.stale.revision_id IS 'The revision; it may stand here several times';

COMMENT ON TABLE ingest.submission IS 'Who handed in what, with which words';
COMMENT ON COLUMN ingest.submission.submission_id IS 'Number of the submission';
COMMENT ON COLUMN ingest.submission.run_id IS 'The run that it was handed in with';
COMMENT ON COLUMN ingest.submission.submitted_by IS 'Who handed it in; NULL when not said';
COMMENT ON COLUMN ingest.submission.note IS 'The words around the links, without secrets';
COMMENT ON COLUMN ingest.submission.tags IS 'Tags that were given with it';
COMMENT ON COLUMN ingest.submission.text_sha IS 'Digest of the text as it came, so that a retry is not another submission';
COMMENT ON COLUMN ingest.submission.submitted_at IS 'When it was handed in';
COMMENT ON COLUMN ingest.submission.addresses IS 'The addresses that were found in it';

COMMENT ON VIEW ingest.taken IS 'Addresses that a run which goes on has accepted and not looked at yet';
COMMENT ON COLUMN ingest.taken.address_id IS 'The address';
COMMENT ON COLUMN ingest.taken.run_id IS 'The run';

COMMENT ON TABLE ingest.work IS 'A distinct work and its best copy; not listed when it is only excerpts of a stored essay';
COMMENT ON COLUMN ingest.work.work_id IS 'Number of the work: the smallest document_id of its copies';
COMMENT ON COLUMN ingest.work.best_document_id IS 'The copy that it is shown by';
COMMENT ON COLUMN ingest.work.copy_count IS 'Stored copies, the best one included';
COMMENT ON COLUMN ingest.work.has_original IS 'Whether a copy is declared original';
COMMENT ON COLUMN ingest.work.is_listed IS 'Whether essays.essay shows it';

COMMENT ON TABLE ingest.work_was IS 'Works that became part of another, so that their numbers still resolve';
COMMENT ON COLUMN ingest.work_was.old_id IS 'The number that it had';
COMMENT ON COLUMN ingest.work_was.work_id IS 'The work that it is part of now';

COMMENT ON SCHEMA essays IS 'What analysts read: essays, their copies, revisions, relations and history';

COMMENT ON TYPE essays.mention IS 'A row of essays.mentions';
COMMENT ON COLUMN essays.mention.essay_id IS 'The work; see essays.essay';
COMMENT ON COLUMN essays.mention.document_id IS 'The copy; see essays.document';
COMMENT ON COLUMN essays.mention.display_title IS 'The title, or the beginning of the text where there is none';
COMMENT ON COLUMN essays.mention.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.mention.published_on IS 'Date of publication; NULL when unknown';
COMMENT ON COLUMN essays.mention.speaker IS 'Who says it, in a transcript';
COMMENT ON COLUMN essays.mention.speaker_role IS 'host, guest, floor or front, in a transcript';
COMMENT ON COLUMN essays.mention.from_char IS 'Where it begins in the text, counted from 1 as substr does';
COMMENT ON COLUMN essays.mention.before IS 'The text before it, on one line';
COMMENT ON COLUMN essays.mention.keyword IS 'The words as the text has them';
COMMENT ON COLUMN essays.mention.after IS 'The text after it, on one line';

COMMENT ON TYPE essays.search_result IS 'A row of essays.search';
COMMENT ON COLUMN essays.search_result.essay_id IS 'The work; see essays.essay';
COMMENT ON COLUMN essays.search_result.document_id IS 'The copy that matches; see essays.document';
COMMENT ON COLUMN essays.search_result.display_title IS 'The title, or the beginning of the text where there is none';
COMMENT ON COLUMN essays.search_result.account IS 'Name of the publishing account';
COMMENT ON COLUMN essays.search_result.published_on IS 'Date of publication; NULL when unknown';
COMMENT ON COLUMN essays.search_result.rank IS 'How well it fits, within one search: BM25 with the title counted more';
COMMENT ON COLUMN essays.search_result.snippet IS 'A piece of the text with the terms between <b> and </b>, all of them where one piece can show them';
COMMENT ON COLUMN essays.search_result.hits IS 'How often the terms occur in title and text together';

COMMENT ON TABLE essays.topic IS 'Names that mean the same, for essays.term_trend; the owner of the database edits it';
COMMENT ON COLUMN essays.topic.topic IS 'What the topic is called';
COMMENT ON COLUMN essays.topic.alias IS 'A term that stands for it, its own name included';
