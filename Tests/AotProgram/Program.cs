using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Tests.AotProgram;

// Uses everything that the library offers, once, and says what works. Published as a native program it shows that nothing needs reflection: what trimming
// would take away, or native code could not do, fails here.
Feature[] features =
[
    .. WireFormats.Features, .. Identities.Features, .. FrameCalls.Features, .. SmfCalls.Features, .. Services.Features, .. Compression.Features,
    .. Transports.Features, .. Failures.Features, .. Reconnecting.Features, .. Reports.Features, .. Stopping.Features,
];
// Far more than any of them takes, also where the machine is busy with other things.
var patience = TimeSpan.FromSeconds(60);
int working = 0;
foreach (Feature feature in features)
{
    try
    {
        await feature.UseAsync().WaitAsync(patience);
        working++;
        Console.WriteLine($"works    {feature.Name}");
    }
    catch (SmfCompressionUnavailableException e)
    {
        Console.WriteLine($"skipped  {feature.Name}: {e.Message}");
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"fails    {feature.Name}: {e}");
        return 1;
    }
}
Console.WriteLine($"all {working} features work");
return 0;
