# Everything the platform says, in English. docs/words.md tells how to write here.

## Commands and marks

new = new
needs-connection = Needs connection
write = Save
writeAndClose = Save and close
post = Post
unpost = Unpost
postAndClose = Post and close
close = Close
reread = Reread
create = New
createGroup = New group
copy = Copy
createBasedOn = Create based on it
markDeletion = Mark for deletion
refresh = Refresh
openOffline = Open offline
openFromMainServer = Open from main server
save = Save
discard = Discard
cancel = Cancel
keep-draft = Keep as draft

## Questions and messages

unsaved = This form has unsaved changes. What shall become of them?
select-row = Select a row first.
save-first = Save this first; nothing that you typed is lost.
saved = Saved.
kept-draft = Kept as a draft; you find it in the menu.
kept-again = There is room again: what you typed is kept.

## Forms

choose = Choose
chosen = chosen
tryAgain = Try again
compare = Compare
which-kind = What is to be chosen?
no-rows = no rows
conflicts = Some of what you typed was changed on the other server too. Both values are marked; yours stay until you take the others.
compared = The other changes are in the form now; what you typed is kept. Save it.
changed-meanwhile = Someone else changed this meanwhile. What you typed is kept. Compare both, or reread and give up your changes?
locked-by = { $by } is editing this now. What you typed is kept; try again later.
being-written = This is being saved already. Wait a moment.
write-cancelled = The form did not allow saving. What you typed is kept.
draft-stays = The draft is still there; try again later.
draft-form-gone = The app was updated and this form no longer exists. This is what was typed; copy what you need.
draft-unreadable = This draft was made by another version of the app and can't be opened. This is what it holds.
period = Period
period-wrong = The period ends before it starts; change one of the two dates.
period-any = Any time
period-today = Today
period-yesterday = Yesterday
period-thisWeek = This week
period-lastWeek = Last week
period-thisMonth = This month
period-lastMonth = Last month
period-thisQuarter = This quarter
period-lastQuarter = Last quarter
period-thisYear = This year
period-lastYear = Last year

## Reopening a form from the other server

reopen-closed = The form is closed.
reopen-reopening = The form is being reopened or closed already.
reopen-same-server = The form is from this server already.
reopen-writing = The form is being saved. Reopen it afterwards.
reopen-outcome-unknown = It isn't known yet whether the last save reached the main server. Save again when it can be reached, or keep a draft; opening it elsewhere could save it twice.
reopen-choosing = Another form was opened from this one. Finish or reopen that one first.
reopen-not-in-composition = This form exists on the main server only. What you typed is kept.
reopen-offline-mode = You work in Offline mode. Choose Normal to open the form from the main server.
reopen-no-connection = The main server can't be reached now. The form stays as it is.
reopen-unsupported = This form can't be reopened: { $names } can't be copied. Nothing was changed; what you typed is still here.
reopen-cancelled = The form did not allow reopening. It stays as it is.

## Connection

no-connection = No connection with the main server. You can go on with everything that is on this device.
offline-mode = You work offline. Switch to Normal to use the main server.
form-unavailable = This form is from the main server, which can't be reached. Your text is kept.
first-sign-in = The first sign-in on this device needs a connection with the main server.
    .do = Connect to a network and sign in again.
strange-answer = The main server was not reached: something else answered in its place.
    .do = If this Wi-Fi has a sign-in page of its own, open it in a browser first.
checking-configuration = The main server answers; checking that this app fits it.
update-needed = The main server is there, but this app needs an update to work with it. You can go on with what is on this device.
sign-in-needed = Sign in again to work with the main server. You can go on with what is on this device; nothing you typed is lost.
out-of-service = The main server is not in service now; its administrator may be working on it. The app goes on trying.
name-unknown = This network does not know the main server's name. If you need a VPN, switch it on.
connection-not-safe = The connection is not safe, so nothing was sent.
certificate-expired = The main server's certificate has expired. Check the date of this device; if it is right, tell the administrator.
certificate-not-yet-valid = The main server's certificate is not valid yet. Check the date of this device; if it is right, tell the administrator.
certificate-of-another = The certificate that was shown belongs to another server. Use another network, or tell the administrator.
certificate-unknown = The certificate that was shown was issued by nobody whom this device trusts. Use another network, or tell the administrator.
certificate-revoked = The main server's certificate was taken back. Tell the administrator.
certificate-none = Whoever answers does not speak a secure language. Use another network, or tell the administrator.
waiting-main = Waiting for the main server…
waiting-standalone = Working on this device…
mode-forbidden = This app does not allow that mode.

## Offers of another mode

slow-once = The connection is very slow.
slow-often = The connection is slow.
slow = A request took up to { $took }.
slow-link = A request took up to { $took }, { $part } of it on the way.
slow-server = A request took up to { $took }: the main server is busy, it worked { $part } of it.
slow-question = Work with what is on this device?
fast-again = The connection is fast again. Go back to Normal?

## First download

download-app = Downloading the app
download-data = Downloading data
download-size = { $done } MB
download-size-of = { $done } of { $total } MB
download-items = { $done } of { $total } items
download-items-rate = { $done } of { $total } items · { $rate } per second

## Updates

download-update = Downloading the update
update = Update now
later = Later
update-offered = There is a new version of the app.
    .safe = What you typed is kept as drafts. If you put it off, everything goes on working.
    .do = Updating takes a moment; put off, it is done at the next start, or when you choose Update now.
update-required = There is a new version of the app, and the main server can't work with the old one.
    .safe = What you typed is kept as drafts. If you put it off, you go on with what is on this device.
    .do = Updating takes a moment; put off, it is done at the next start, or when you choose Update now.
no-device-configuration = The main server has no configuration for devices.
    .do = Ask its administrator to publish one, then sign in again.
configuration-missing = The configuration is missing on this device.
    .safe = Your data on this device are kept.
    .do = Connect to a network and sign in again: the app gets it anew.
updated = The app is updated.
update-interrupted = The update did not arrive whole: { $what }
    .safe = Nothing was changed, and what came is kept.
    .do = The next try goes on from there.
update-failed = The data on this device could not be brought to the new version: { $what }
    .safe = The old version goes on, and nothing was lost.
    .do = Tell the administrator.

## Signing in on this device

wait-to-try = Too many wrong tries.
    .safe = Everything on this device is kept.
    .do = Keep the app open for { $wait } and try again. With a connection you can sign in with your password at once.
grace-expired = { $days ->
        [one] The main server was not reached for more than { $days } day.
       *[other] The main server was not reached for more than { $days } days.
    }
    .safe = Everything on this device is kept.
    .do = Sign in with a connection to go on.
wrong-pin = The PIN is wrong.
pin-needed = This app needs a PIN. Choose one.
pin-too-simple = A PIN has 4 to 12 digits, not all the same.
pin-not-kept = The PIN could not be kept. Try again.
biometrics-reason = Unlock the app
biometrics-need-pin = Choose a PIN first.
biometrics-failed = You were not recognised. Use the PIN.
device-camera = the camera
device-barcode = reading barcodes
device-place = the place
device-dial = dialling
device-share = sharing
device-notice = notices
device-absent = This device can't do that: { $what }.
device-refused = The app may not do that: { $what }. Allow it in the device's settings, then try again.
device-failed = The device could not do that: { $what } ({ $why }). What you typed is kept; try again.


## Links that sign in

link-not-ours = This is not a sign-in link of this app, or a part of it is missing.
    .safe = Nothing was sent anywhere.
    .do = Scan the code again, or ask the administrator for a new link.
link-not-secure = This link leads to a main server without a protected connection, which this app does not use.
    .safe = Nothing was sent anywhere.
    .do = Tell the administrator.
link-elsewhere = This link leads to another main server ({ $server }) than this app's.
    .safe = Nothing was sent there.
    .do = Ask the administrator for a link for this app.
link-while-working = Somebody works in the app already.
    .safe = Nothing was changed.
    .do = Sign out first, then open the link again.
link-without-connection = Signing in by a link needs a connection with the main server.
    .safe = The link was not used up.
    .do = Connect to a network and open the link again.

## Times. `number` is written already.

time-seconds = { $number } s
time-minutes = { $number } min
time-hours = { $number } h

## Typed text that is no value

parse-number = “{ $text }” is not a number. Write digits only, like { $example }.
parse-digits = The number is too long: at most { $digits ->
        [one] { $digits } digit
       *[other] { $digits } digits
    } before the point and { $scale } after it.
parse-whole = The number is too long: at most { $digits ->
        [one] { $digits } digit
       *[other] { $digits } digits
    }, and no fraction.
parse-long = The text is too long: at most { $length ->
        [one] { $length } character
       *[other] { $length } characters
    }.
parse-date = “{ $text }” is not a date. Write it like { $example }.
parse-time = “{ $text }” is not a time. Write it like { $example }.
parse-identifier = “{ $text }” is not an identifier. Write it like 0199a3b0-5c1e-7000-8000-000000000001.
parse-choose = This does not fit here. Choose from the list.
correct-first = “{ $text }” can't be saved. { $reason }

## Refusals. What happened; `.safe`: what is safe; `.do`: what to do.

error-no-connection = There is no connection with the main server.
    .safe = What you typed is kept.
    .do = Go on with what is on this device, or try again when the connection is back.
error-offline-mode = You work in Offline mode, so the main server is not asked.
    .safe = What you typed is kept.
    .do = Switch to Normal to use the main server.
error-update-needed = The app on this device is too old for the main server.
    .safe = Everything on this device is kept, and you can go on offline.
    .do = Update the app to work with the main server.
error-sign-in-needed = The main server wants to know who you are.
    .safe = What you typed is kept.
    .do = Sign in again to work with the main server.
error-outcome-unknown = The connection was lost before the answer came. It isn't known whether the main server did it.
    .safe = Repeating is safe: it will not be done twice.
    .do = Try again when the connection is back.
error-cancelled = Cancelled. It isn't known whether the server did it.
    .safe = Repeating is safe: it will not be done twice.
    .do = Look whether it is done, or try again.
error-access-denied = You have no right to do this: { $what }.
    .safe = Nothing was changed.
    .do = Ask the administrator if you need it.
error-not-found = { $item } is not here: it was deleted, or was not sent to this device.
    .safe = Nothing was changed.
    .do = Open it from the main server, or choose another one.
error-not-in-composition = { $name } does not exist on this device.
    .safe = Nothing was changed.
    .do = Use it when there is a connection with the main server.
error-external-reference = { $name } can't be read here: { $object } is kept on the main server only.
    .safe = The link to it is kept.
    .do = Open it when there is a connection with the main server.
error-not-exported = The app asked for something that does not exist: { $module }.{ $method }.
    .safe = Nothing was changed.
    .do = Tell the administrator this name.
error-version-conflict = { $item } was changed by someone else meanwhile.
    .safe = What you typed is kept in the form.
    .do = Reread the form, or reopen it to compare.
error-locked = { $item } is being edited by { $by }.
    .safe = What you typed is kept in the form.
    .do = Try again when they are done.
error-main-server-in-transaction = The app asked the main server in the middle of saving, which is not allowed.
    .safe = Nothing was changed.
    .do = Tell the administrator what you did.
error-wrong-server = The address of what was asked for belongs to the other server.
    .safe = Nothing was changed.
    .do = Close the form and open it again.
error-limit = Stopped, for it was more than is allowed at once: { $what }.
    .safe = What you typed is kept.
    .do = Ask for less at once. If that is not in your hands, tell the administrator.
error-sign-in-refused = The name or the password is wrong.
    .safe = Everything on this device is kept.
    .do = Check both and try again. The administrator can give you a new password.
error-code-unknown = The main server does not know this sign-in code.
    .safe = Everything on this device is kept.
    .do = Scan the newest code, or ask the administrator for a new one.
error-code-expired = The time of this sign-in code is over.
    .safe = Everything on this device is kept.
    .do = Ask the administrator for a new one.
error-code-used = This sign-in code was used already; each lets one device in once.
    .safe = Everything on this device is kept.
    .do = Ask the administrator for a new one. If it was not you who used it, tell them.
error-try-later = The server is busy or was asked too often.
    .safe = What you typed is kept.
    .do = Wait { $wait } and try again.
error-session-expired = Your session has ended.
    .safe = What you typed is kept.
    .do = Sign in again.
error-user-disabled = This user may not work any more.
    .safe = What you typed and did not send is kept on this device.
    .do = Ask the administrator.
error-device-locked = The administrator locked this device for you.
    .safe = What you typed and did not send is kept on it.
    .do = Ask the administrator.
error-device-wiped = The administrator removed your data from this device.
    .safe = What was sent before is on the main server.
    .do = If that was not meant, ask the administrator.
error-storage-full = There is no room left on this device to store this.
    .safe = What was stored before is kept.
    .do = Free some space on this device and try again.
error-storage-full-main = There is no room left on the main server to store this.
    .safe = What was stored before is kept, and so is what you typed.
    .do = Tell the administrator, and try again when there is room.
error-message-number = The main server has had message { $number } of this device already; the last one was { $accepted }.
    .safe = Nothing is sent twice and nothing is lost.
    .do = You need do nothing: the next exchange goes on from there. If this stays, tell the administrator.
error-malformed = The answer can't be understood ({ $what }).
    .safe = What you typed is kept.
    .do = Try again. If it happens again, tell the administrator what is in the brackets.
error-internal = Something went wrong on the server.
    .safe = Nothing was changed.
    .do = Try again. If it happens again, tell the administrator this number: { $report }.

## Troubles of the app itself

error-folder = The app can't use its folder on this device ({ $what }).
    .safe = What is stored there is left as it is.
    .do = Restart the device. If it happens again, tell the administrator what is in the brackets.
error-no-room = There is no room left on this device: what you type now can't be kept.
    .safe = It is still on the screen.
    .do = Free some space before you close the app.
error-damaged = { $file } on this device is damaged or is not a file of this app.
    .safe = It was left as it is, for it may hold what was typed and not sent yet.
    .do = Tell the administrator. If you can't wait, begin anew on this device: the file is kept.
error-key-lost = { $file } on this device can't be opened: its key is not in the device's safe place for passwords any more.
    .safe = What the main server has is safe. The file was left as it is, but without its key nobody can read what was not sent yet.
    .do = Ask the administrator first. If the key can't be brought back, begin anew on this device: the file is kept.
error-wrong-key = { $file } on this device does not fit its key: it is damaged, or was copied from another device.
    .safe = It was left as it is, for it may hold what was typed and not sent yet.
    .do = Tell the administrator. If you can't wait, begin anew on this device: the file is kept.
begin-anew = Begin anew on this device
begin-anew-yes = Begin anew
begin-anew-no = Leave it as it is
begin-anew-app = Begin anew on this device? What you typed and did not save is in { $file }: the app can't show it any more.
    .safe = What was saved is safe, on this device and on the main server. The file is kept in the folder set-aside, where the administrator finds it.
    .do = You sign in again afterwards.
begin-anew-all = Begin anew on this device? What you typed and did not save, and what you saved and was not sent yet, is in files that the app can't read any more.
    .safe = What the main server has is safe. The files are kept in the folder set-aside, where the administrator finds them.
    .do = You need a connection: sign in again, and the data are downloaded.
begin-anew-account = Begin anew on this device for { $user }? What { $user } saved here and was not sent yet is in { $file }: the app can't read it any more.
    .safe = What the main server has is safe, and so is unsaved text. The file is kept in the folder set-aside, where the administrator finds it.
    .do = You need a connection: the data are downloaded again.
set-aside-about = { $file } was set aside on { $time }, because the person wanted to begin anew. { $why }
    .safe = Nothing was removed: the database and its logs are in this folder as they were. With the key of its time it can be opened.
    .do = When nobody needs it any more, remove this folder.
error-store = What you type can't be kept on this device ({ $what }).
    .safe = It is still on the screen.
    .do = Save the form if you can, then restart the app. If it happens again, tell the administrator what is in the brackets.
error-database = The data on this device can't be used ({ $what }).
    .safe = They were left as they are.
    .do = Restart the app. If it happens again, tell the administrator what is in the brackets.
error-migration = The data on this device can't follow the new version of the app: { $object }.{ $attribute } ({ $what }).
    .safe = They were left as they are.
    .do = Tell the administrator what is written here.
error-secrets = The safe place for passwords on this device can't be used ({ $what }).
    .safe = Nothing was changed.
    .do = Unlock the device and try again. If it happens again, tell the administrator what is in the brackets.
error-biometrics = You could not be asked for a finger or face ({ $what }).
    .safe = Nothing was changed.
    .do = Use the PIN.
error-stopped = The app is closing.
    .safe = What you typed is kept as a draft.
    .do = Open it again.
error-mistake = The app made a mistake here ({ $what }).
    .safe = What you typed is kept.
    .do = Try again. If it happens again, tell the administrator what is in the brackets.
error-never-settles = { $function } of the app waits for something that never comes.
    .safe = What you typed is kept.
    .do = Close the form and open it again. If it happens again, tell the administrator this name.
error-modules = The app's own code could not be started ({ $what }).
    .safe = What you typed is kept.
    .do = Restart the app. If it happens again, tell the administrator what is in the brackets.

## What was more than is allowed

limit-call-time = time of the app's code
limit-call-memory = memory of the app's code
limit-call-stack = calls within calls of the app's code
limit-nesting = saves that cause other saves
limit-query-time = time of a search
limit-query-size = size of a search
limit-query-rows = rows found
limit-references = links asked for
limit-table-rows = rows of a table
limit-message-size = things sent at once
limit-request-size = size of the request
limit-request-time = time of the request
limit-answer-size = size of the answer
limit-unknown = what was asked for

## What a right is for

right-read = see “{ $title }”
right-insert = add to “{ $title }”
right-update = change “{ $title }”
right-delete = delete from “{ $title }”
right-post = post “{ $title }”
right-use = use “{ $title }”
right-keep = save what you would not see afterwards in “{ $title }”
right-exchange = exchange data as this device

## Checks of what is saved

check-fit = “{ $title }”: the value does not fit. Choose or type another one.
check-required = Fill in “{ $title }”.
check-min = “{ $title }” must be { $limit } or more.
check-max = “{ $title }” must be { $limit } or less.
check-in-row = Row { $row }: { $text }
check-rows = “{ $title }” may have { $count } rows at most. Remove some, or split them over several documents.
check-taken = “{ $title }” { $number } is taken already. Choose another one.
check-numbers-used = All values of “{ $title }” with { $length } characters are used up. Tell the administrator.
check-needed = The app needs { $item }, so it can't be deleted.
check-option-on-main = “{ $title }” is switched on the main server only; this device receives it from there.
check-overtaken = { $title } was changed on the main server meanwhile, and that value stands. Yours is kept here: look and save again if it is still right.
check-gone = { $title }: { $names } does not exist any more. What the device sent for it is kept here.
check-unknown-device = The main server does not know this device. Nothing is lost: sign out and in again.

## How a document is named

document-presentation = { $title } { $number } of { $date }
