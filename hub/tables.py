"""All tables: what migrations and tests import, so that no table is forgotten."""

from hub.accounts import models as accounts
from hub.alerts import models as alerts
from hub.audit import models as audit
from hub.communities import models as communities
from hub.events import models as events
from hub.facilitating import models as facilitating
from hub.governance import models as governance
from hub.index import models as index
from hub.library import models as library
from hub.mail import models as mail
from hub.moderation import models as moderation
from hub.notices import models as notices
from hub.organisations import models as organisations
from hub.people import models as people
from hub.records import models as records
from hub.setup import models as setup
from hub.sources import models as sources
from hub.talk import models as talk
from hub.topics import models as topics
from hub.writing import models as writing

TABLES = (
    organisations.Organisation,
    accounts.Person,
    accounts.WebSession,
    accounts.Membership,
    accounts.Joining,
    accounts.Invitation,
    accounts.AddressChange,
    accounts.CodeApp,
    accounts.Passkey,
    accounts.RecoveryCode,
    accounts.Spent,
    accounts.Attempt,
    accounts.Duty,
    communities.Community,
    accounts.CommunityMember,
    communities.CommunityConcept,
    communities.JoinRequest,
    communities.CommunityInvitation,
    accounts.Provider,
    accounts.Identity,
    audit.Audit,
    setup.Setting,
    setup.Logo,
    audit.AuditPerson,
    audit.AuditErasure,
    topics.ConceptScheme,
    topics.Concept,
    topics.Label,
    topics.Note,
    topics.Relation,
    topics.Mapping,
    sources.Source,
    sources.Run,
    sources.ProblemRow,
    records.RecordRow,
    records.RecordVersion,
    records.Tag,
    records.Decision,
    records.KeptOut,
    records.Block,
    moderation.Report,
    talk.StoredFile,
    talk.Thread,
    talk.ThreadConcept,
    talk.ThreadRecord,
    talk.Post,
    talk.PostVersion,
    talk.Mention,
    talk.IdeaVote,
    talk.PollOption,
    talk.PollVote,
    talk.Attachment,
    talk.PostReport,
    talk.ReplyAddress,
    talk.MailTaken,
    library.Collection,
    library.LibraryItem,
    library.LibrarySearch,
    library.LibraryFilled,
    index.IndexOutbox,
    mail.Mail,
    notices.Notice,
    notices.Happening,
    notices.Follow,
    alerts.AlertSetting,
    alerts.Digest,
    alerts.Delivery,
    alerts.UnsubscribeToken,
    alerts.AlertRun,
    writing.PracticeNote,
    writing.NoteAuthor,
    writing.WikiPage,
    writing.WikiVersion,
    writing.WikiName,
    events.Event,
    events.EventAnswer,
    events.CalendarAddress,
    facilitating.Ruling,
    facilitating.Passed,
    facilitating.Newsletter,
    facilitating.Quiet,
    people.Profile,
    people.ProfileTopic,
    people.ProfileHidden,
    people.Letter,
    people.Blocked,
    governance.Erasure,
    governance.RetentionRun,
)
