namespace FrameRpc.Generators;

/// <summary>What came of reading one interface: what to generate, or why nothing.</summary>
internal sealed record ServiceResult(ServiceModel? Service, EquatableList<ServiceMistake> Mistakes);
