"""Tiny Hugging Face models with random weights, made where a test needs one."""

from __future__ import annotations

from pathlib import Path

WINDOW = 32  # tokens
VOCABULARY = (
    "[PAD] [UNK] [CLS] [SEP] half of all villages have no safe drinking water wells ran dry girls "
    "stay at school chairs stood along the wall coffee was served in hall this text is about . ,"
)
WORDS = VOCABULARY.split()


def save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.WordLevel({w: n for n, w in enumerate(WORDS)}, unk_token="[UNK]"))
    inner.normalizer = normalizers.BertNormalizer()
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    inner.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=inner, model_max_length=WINDOW, pad_token="[PAD]", unk_token="[UNK]",
        cls_token="[CLS]", sep_token="[SEP]",
    ).save_pretrained(folder)  # fmt: skip


def save_model(folder: Path, outputs: list[str], *, head: bool = True) -> Path:
    """A BERT classifier with these outputs; without ``head`` it is a bare encoder."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel

    folder.mkdir(parents=True, exist_ok=True)
    save_tokenizer(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=WINDOW, initializer_range=1.0,
        id2label=dict(enumerate(outputs)), label2id={o: n for n, o in enumerate(outputs)},
    )  # fmt: skip
    (BertForSequenceClassification if head else BertModel)(config).save_pretrained(folder)
    return folder
