using FrameRpc.Gateway.Hosting;

namespace FrameRpc.Tests.Hosting;

public sealed class AnnouncementsTests
{
    [Test]
    public async Task All_that_was_said_is_there_at_the_end_in_its_order()
    {
        var to = new StringWriter();
        using (var announcements = new Announcements(to))
        {
            announcements.Post("first");
            announcements.Post("second\nthird");
        }
        await Assert.That(to.ToString()).IsEqualTo("first\nsecond\nthird\n");
    }

    [Test]
    public async Task Whoever_speaks_does_not_wait_for_a_reader_and_the_end_does_not_either()
    {
        using var to = new UnreadPipe();
        using (var announcements = new Announcements(to))
        {
            for (int line = 0; line < 1000; line++)
                announcements.Post("unheard");
        }
        await Assert.That(to.IsRead).IsFalse();
    }

    [Test]
    public async Task What_comes_after_the_end_is_not_said()
    {
        var to = new StringWriter();
        var announcements = new Announcements(to);
        announcements.Dispose();
        announcements.Post("late");
        await Assert.That(to.ToString()).IsEmpty();
    }

    [Test]
    public async Task A_disk_that_is_full_for_one_line_costs_that_line_alone()
    {
        var to = new FullDisk();
        using (var announcements = new Announcements(to))
        {
            announcements.Post("lost");
            announcements.Post("written");
        }
        await Assert.That(to.ToString()).IsEqualTo("written\n");
    }

    private sealed class UnreadPipe : StringWriter
    {
        private readonly ManualResetEventSlim _read = new();

        public bool IsRead => _read.IsSet;

        public override void WriteLine(string? value) => _read.Wait();

        protected override void Dispose(bool disposing)
        {
            _read.Set();
            base.Dispose(disposing);
        }
    }

    private sealed class FullDisk : StringWriter
    {
        private bool _hasRoom;

        public override void WriteLine(string? value)
        {
            if (!_hasRoom)
            {
                _hasRoom = true;
                throw new IOException("no space left on device");
            }
            base.WriteLine(value);
        }
    }
}
