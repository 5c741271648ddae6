using Xunit;

namespace FrameRpc.Tests.Deploy;

/// <summary>Tests of the one image that is built for them.</summary>
[CollectionDefinition(nameof(Images))]
public sealed class Images : ICollectionFixture<BuiltImage>;
